package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.LogRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ChecksumType;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Records in RocksDB: which options, which keys. What failures mean is {@link RocksDecisionLog}'s business.
 *
 * <p>Records have their numbers as keys. Two keys that sort before every number belong to the store itself: whose records
 * these are, and how many numbers have none, so that a hole in the records shows: records and absent numbers together
 * make the highest number. Each batch that makes a number absent says so itself.
 */
final class RecordStore implements AutoCloseable {
    private static final long MEMTABLE_BYTES = 16L << 20;
    private static final int MEMTABLES_MAX = 3;
    private static final long WAL_BYTES_MAX = 64L << 20;
    private static final long BLOCK_CACHE_BYTES = 8L << 20;
    private static final int BACKGROUND_JOBS_MAX = 2;
    private static final long INFO_LOG_BYTES_MAX = 1L << 20;
    private static final int INFO_LOGS_MAX = 4;

    private static final byte[] OWNER_KEY = ownKey("owner");
    private static final byte[] EXTENT_KEY = ownKey("extent");

    /** How a store is opened. */
    enum Mode {
        /** To create it. */
        CREATE,
        /** To write to it; the end of the newest write-ahead file may be cut short. */
        WRITE,
        /** To write to it, when what is unsound in the newest write-ahead file is known to be its end. */
        WRITE_AFTER_UNSOUND_END,
        /** To look at it, and change nothing. */
        READ,
        /** To look at it, when what is unsound in the newest write-ahead file is known to be its end. */
        READ_AFTER_UNSOUND_END
    }

    private final Deque<RocksObject> owned = new ArrayDeque<>();
    private final RocksDB db;
    private final WriteOptions synced;
    private final WriteOptions lazy;
    private long last;
    private long absent;

    private RecordStore(Path directory, Mode mode) throws RocksDBException {
        try {
            Options options = options(mode);
            boolean readOnly = mode == Mode.READ || mode == Mode.READ_AFTER_UNSOUND_END;
            db = own(
                    readOnly
                            ? RocksDB.openReadOnly(options, directory.toString())
                            : RocksDB.open(options, directory.toString()));
            synced = own(new WriteOptions().setSync(true));
            lazy = own(new WriteOptions().setSync(false));
            readExtent();
        } catch (RocksDBException | RuntimeException | Error e) {
            closeOwned();
            throw e;
        }
    }

    static RecordStore open(Path directory, Mode mode) throws RocksDBException {
        RocksDB.loadLibrary();
        return new RecordStore(directory, mode);
    }

    private Options options(Mode mode) {
        // Not among the setters of RocksDB's Java API: refuse to open when a write-ahead file that the manifest counts
        // on is
        // missing or shorter than it was synced. Without it RocksDB leaves a hole in the midst of the records.
        Properties properties = new Properties();
        properties.setProperty("track_and_verify_wals_in_manifest", "true");
        DBOptions fromProperties = DBOptions.getDBOptionsFromProps(properties);
        if (fromProperties == null) {
            throw new IllegalStateException("this RocksDB does not know " + properties);
        }
        own(fromProperties);
        ColumnFamilyOptions columnFamily = own(new ColumnFamilyOptions());
        Options options = own(new Options(fromProperties, columnFamily));
        // Safety.
        options.setCreateIfMissing(mode == Mode.CREATE)
                .setParanoidChecks(true)
                .setWalRecoveryMode(
                        mode == Mode.WRITE_AFTER_UNSOUND_END || mode == Mode.READ_AFTER_UNSOUND_END
                                ? WALRecoveryMode.PointInTimeRecovery
                                : WALRecoveryMode.TolerateCorruptedTailRecords)
                .setAvoidFlushDuringRecovery(false)
                .setRecycleLogFileNum(0)
                .setManualWalFlush(false)
                .setBestEffortsRecovery(false)
                .setAllowMmapReads(false)
                .setAllowMmapWrites(false)
                .setUnorderedWrite(false)
                // A failed write in the background is not tried again behind our back.
                .setMaxBgErrorResumeCount(0)
                .setParanoidFileChecks(true)
                .setForceConsistencyChecks(true);
        // Size.
        options.setWriteBufferSize(MEMTABLE_BYTES)
                .setMaxWriteBufferNumber(MEMTABLES_MAX)
                .setMaxTotalWalSize(WAL_BYTES_MAX)
                .setMaxBackgroundJobs(BACKGROUND_JOBS_MAX)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setFormatVersion(5)
                        .setChecksumType(ChecksumType.kXXH3)
                        .setBlockCache(own(new LRUCache(BLOCK_CACHE_BYTES))))
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(INFO_LOG_BYTES_MAX)
                .setKeepLogFileNum(INFO_LOGS_MAX);
        return options;
    }

    private <T extends RocksObject> T own(T object) {
        owned.push(object);
        return object;
    }

    private static byte[] ownKey(String name) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(RecordCodec.KEY_BYTES + text.length)
                .putLong(0)
                .put(text)
                .array();
    }

    /** Says whose records these are; synced. */
    void claim(StoreIdentity owner) throws RocksDBException {
        db.put(synced, OWNER_KEY, ownerValue(owner));
    }

    /** Whether these records were claimed for this store; empty when for none. */
    Optional<Boolean> belongsTo(StoreIdentity owner) throws RocksDBException {
        byte[] value = get(OWNER_KEY);
        return value == null
                ? Optional.empty()
                : Optional.of(ByteBuffer.wrap(value).equals(ByteBuffer.wrap(ownerValue(owner))));
    }

    private static byte[] ownerValue(StoreIdentity owner) {
        UUID store = owner.store();
        return ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES)
                .putLong(store.getMostSignificantBits())
                .putLong(store.getLeastSignificantBits())
                .putInt(owner.partition())
                .array();
    }

    private byte @Nullable [] get(byte[] key) throws RocksDBException {
        try (ReadOptions read = new ReadOptions().setVerifyChecksums(true)) {
            return db.get(read, key);
        }
    }

    /** Waits until all records stand in synced table files, and none in the write-ahead file alone. */
    void flush() throws RocksDBException {
        try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
            db.flush(flush);
        }
    }

    /** Hands out every record, in order of their numbers; throws what {@link RecordCodec} throws for one. */
    void read(Consumer<LogRecord> sink) throws RocksDBException {
        read((key, value) -> sink.accept(RecordCodec.decode(key, value)));
    }

    /** Takes the bytes of one record. */
    interface Entries {
        /** One key with its value. */
        void entry(byte[] key, byte[] value);
    }

    /** Hands out every record's bytes, in order of their numbers. */
    void read(Entries sink) throws RocksDBException {
        try (ReadOptions read = new ReadOptions().setVerifyChecksums(true).setFillCache(false);
                RocksIterator records = db.newIterator(read)) {
            for (records.seek(RecordCodec.key(1)); records.isValid(); records.next()) {
                sink.entry(records.key(), records.value());
            }
            // An iterator that meets damage is just not valid any more.
            records.status();
        }
    }

    private void readExtent() throws RocksDBException {
        byte[] extent = get(EXTENT_KEY);
        if (extent != null && extent.length == 2 * Long.BYTES) {
            last = ByteBuffer.wrap(extent).getLong(0);
            absent = ByteBuffer.wrap(extent).getLong(Long.BYTES);
        } else if (extent != null) {
            throw new CorruptLogException("the log does not know how many records it should have", null);
        }
        try (ReadOptions read = new ReadOptions().setVerifyChecksums(true).setFillCache(false);
                RocksIterator records = db.newIterator(read)) {
            records.seekToLast();
            if (records.isValid() && records.key().length == RecordCodec.KEY_BYTES) {
                last = Math.max(last, RecordCodec.number(records.key()));
            }
            records.status();
        }
    }

    /** The highest number of a record, or of one that was pruned; 0 for none. */
    long lastNumber() {
        return last;
    }

    /**
     * How many records up to {@link #lastNumber} should be there and are not; negative if there are too many.
     *
     * @param each gets those that are there
     */
    long missing(Entries each) throws RocksDBException {
        long[] present = {0};
        read((key, value) -> {
            each.entry(key, value);
            present[0]++;
        });
        return last - absent - present[0];
    }

    /** Writes one batch, not empty; returns the bytes of its keys and values. */
    long append(List<LogRecord> records, boolean sync) throws RocksDBException {
        long newLast = records.get(records.size() - 1).number();
        long newAbsent = absent + newLast - last - records.size();
        try (WriteBatch batch = new WriteBatch()) {
            long bytes = 0;
            for (LogRecord record : records) {
                byte[] value = RecordCodec.value(record);
                batch.put(RecordCodec.key(record.number()), value);
                bytes += RecordCodec.KEY_BYTES + value.length;
            }
            if (newAbsent != absent) {
                batch.put(EXTENT_KEY, extent(newLast, newAbsent));
            }
            db.write(sync ? synced : lazy, batch);
            last = newLast;
            absent = newAbsent;
            return bytes;
        }
    }

    /** Deletes those of the records that are there; not synced. */
    void delete(long[] numbers) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            long deleted = 0;
            for (long number : LongStream.of(numbers).sorted().distinct().toArray()) {
                byte[] key = RecordCodec.key(number);
                if (get(key) != null) {
                    batch.delete(key);
                    deleted++;
                }
            }
            if (deleted > 0) {
                batch.put(EXTENT_KEY, extent(last, absent + deleted));
                db.write(lazy, batch);
                absent += deleted;
            }
        }
    }

    private static byte[] extent(long last, long absent) {
        return ByteBuffer.allocate(2 * Long.BYTES).putLong(last).putLong(absent).array();
    }

    /** Waits until all that was written is on disk. */
    void sync() throws RocksDBException {
        db.syncWal();
    }

    /** Reads every block of every file, and throws at the first whose checksum is wrong. */
    void verifyFiles() throws RocksDBException {
        db.verifyChecksum();
    }

    @Override
    public void close() {
        closeOwned();
    }

    private void closeOwned() {
        while (!owned.isEmpty()) {
            owned.pop().close();
        }
    }
}
