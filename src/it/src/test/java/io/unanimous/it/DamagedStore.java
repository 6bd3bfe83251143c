package io.unanimous.it;

import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.Payload;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.log.DecisionLog;
import io.unanimous.coordinator.log.RocksDecisionLog;
import io.unanimous.coordinator.log.StoreOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * The image of a killed store, held in memory: records in table files, synced ones in the write-ahead file, and behind those
 * a tail that was written and never synced.
 */
final class DamagedStore {

    /** The file beside the records that says how far they were synced. */
    static final String MARK = "unanimous.mark";

    private static final UUID STORE = UUID.fromString("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
    private static final int IN_TABLES = 6;
    private static final int SYNCED_BATCHES = 4;
    private static final int TAIL_BATCHES = 4;

    private final Map<String, byte[]> files;
    private final List<LogRecord> records;
    private final List<Integer> batchEnds;
    private final int synced;
    private final String wal;
    private final List<Integer> walTailEnds;

    private DamagedStore(
            Map<String, byte[]> files,
            List<LogRecord> records,
            List<Integer> batchEnds,
            int synced,
            String wal,
            List<Integer> walTailEnds) {
        this.files = files;
        this.records = records;
        this.batchEnds = batchEnds;
        this.synced = synced;
        this.wal = wal;
        this.walTailEnds = walTailEnds;
    }

    /** Makes a store in a directory that is not there, and reads its files while it is open, as a kill leaves them. */
    static DamagedStore create(Path directory) throws IOException {
        List<LogRecord> records = new ArrayList<>();
        List<Integer> batchEnds = new ArrayList<>();
        try (DecisionLog log = open(directory)) {
            log.replay(record -> {});
            append(log, true, records, batchEnds, started(1));
            for (int number = 2; number <= IN_TABLES; number++) {
                append(log, true, records, batchEnds, decided(number));
            }
        }
        try (DecisionLog log = open(directory)) {
            log.replay(record -> {});
            batchEnds.clear();
            batchEnds.add(IN_TABLES);
            int number = IN_TABLES;
            for (int batch = 0; batch < SYNCED_BATCHES; batch++) {
                append(log, true, records, batchEnds, decided(++number), decided(++number));
            }
            int synced = number;
            String wal = newestWal(directory);
            List<Integer> walTailEnds = new ArrayList<>();
            walTailEnds.add((int) Files.size(directory.resolve(wal)));
            for (int batch = 0; batch < TAIL_BATCHES; batch++) {
                append(log, false, records, batchEnds, finished(++number, 2 + batch));
                walTailEnds.add((int) Files.size(directory.resolve(wal)));
            }
            return new DamagedStore(read(directory), records, batchEnds, synced, wal, walTailEnds);
        }
    }

    static DecisionLog open(Path directory) {
        return RocksDecisionLog.open(new StoreOptions(directory, 0, 0, 0));
    }

    private static void append(
            DecisionLog log, boolean sync, List<LogRecord> records, List<Integer> batchEnds, LogRecord... batch) {
        log.append(List.of(batch), sync);
        records.addAll(List.of(batch));
        batchEnds.add(records.size());
    }

    private static LogRecord started(long number) {
        return new LogRecord(number, 1, new Event.EpochStarted(1, 7, 1_001));
    }

    private static LogRecord decided(long number) {
        byte[] payload = new byte[24];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (number * 31 + i * 7L);
        }
        return new LogRecord(
                number,
                1,
                new Event.CommitDecided(
                        id(number),
                        "damage",
                        List.of(new Event.DecidedBranch(new BranchName("ledger", "a1"), "inc-1", Payload.of(payload))),
                        5_000 + number));
    }

    private static LogRecord finished(long number, long sequence) {
        return new LogRecord(number, 1, new Event.Finished(id(sequence), 6_000 + number));
    }

    private static TransactionId id(long sequence) {
        return TransactionId.of(STORE, 0, 1, 7, sequence, 0);
    }

    /** A record that may follow, whatever was found. */
    static LogRecord next(long number) {
        return decided(number);
    }

    /** What a second process writes as a record of that number. */
    static LogRecord another(long number) {
        return new LogRecord(number, 1, new Event.Finished(id(2), 7_000 + number));
    }

    /** Puts a record behind the others that only a newer program can read. */
    static void appendOfANewerVersion(Path directory) {
        try (Options options = new Options();
                RocksDB db = RocksDB.open(options, directory.resolve("records").toString());
                RocksIterator records = db.newIterator()) {
            records.seekToLast();
            ByteBuffer next = ByteBuffer.wrap(Arrays.copyOf(records.key(), Long.BYTES));
            next.putLong(0, next.getLong(0) + 1);
            db.put(next.array(), new byte[] {9, 8, 7});
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String newestWal(Path directory) throws IOException {
        try (Stream<Path> tree = Files.list(directory.resolve("records"))) {
            return tree.map(file -> "records/" + file.getFileName())
                    .filter(name -> name.endsWith(".log"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static Map<String, byte[]> read(Path directory) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                files.put(directory.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    /** The files by name, with their bytes, which nobody changes. */
    Map<String, byte[]> files() {
        return files;
    }

    List<LogRecord> records() {
        return records;
    }

    /** How many records were synced, the mark's word. */
    int synced() {
        return synced;
    }

    /** The write-ahead file. */
    String wal() {
        return wal;
    }

    /** Where in the write-ahead file the tail begins that was never synced. */
    int walSyncedBytes() {
        return walTailEnds.get(0);
    }

    /** Where in the write-ahead file the tail begins, and where each of its batches ends. */
    List<Integer> walTailEnds() {
        return walTailEnds;
    }

    /** Whether a start may find just the first so many records: batches are found whole or not at all. */
    boolean isWhole(int found) {
        return batchEnds.contains(found);
    }

    /** How many records there are without the last batch. */
    int withoutLastBatch() {
        return batchEnds.get(batchEnds.size() - 2);
    }

    /** Writes the image with one file changed; null leaves that file out. */
    void write(Path directory, String changedFile, byte[] changed, boolean mark) throws IOException {
        TemporaryDirectory.delete(directory);
        Files.createDirectories(directory.resolve("records"));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            byte[] bytes = file.getKey().equals(changedFile) ? changed : file.getValue();
            if (bytes != null && (mark || !file.getKey().equals(MARK))) {
                Files.write(directory.resolve(file.getKey()), bytes);
            }
        }
    }
}
