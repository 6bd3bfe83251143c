package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * The decision log in RocksDB.
 *
 * <p>This class holds the rule of failure. RocksDB may fail halfway: the bytes of a failed write may be in a file, in the
 * page cache, on disk, or nowhere, and a sync that is tried again may succeed because the system has forgotten the error.
 * So the first exception is remembered and thrown at every later call, and nothing is written again, at closing neither.
 */
public final class RocksDecisionLog implements DecisionLog {

    /** Where a batch goes: the store, or in a test something that fails before or after it. */
    interface BatchWriter {
        /** Writes one batch and returns the bytes of its records. */
        long append(List<LogRecord> records, boolean sync) throws RocksDBException;
    }

    private final StoreDirectory directory;
    private final RecordStore store;
    private final BatchWriter writer;
    /** Begins when all was read back: it sets the reserve aside, and a log that is refused is left as it is. */
    private @Nullable SpaceWatch spaceWatch;

    private final LongAdder forcedWrites = new LongAdder();
    private final LongAdder lazyWrites = new LongAdder();
    private final LongAdder recordsWritten = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();
    private boolean replayed;
    private boolean appended;
    private boolean closed;
    private long lastNumber;
    private long epoch;
    private int nonce;
    private volatile @Nullable LogFailedException failure;

    private RocksDecisionLog(StoreDirectory directory, RecordStore store, BatchWriter writer) {
        this.directory = directory;
        this.store = store;
        this.writer = writer;
    }

    /**
     * Opens the store in a directory, and creates it in one that is empty or not there.
     *
     * @throws StoreLockedException when another process has it open
     * @throws NewerFormatException when a newer program wrote it
     * @throws UnusableDirectoryException when no store can be kept there
     * @throws CorruptLogException when its files are damaged
     * @throws StoreException when anything else goes wrong
     */
    public static RocksDecisionLog open(StoreOptions options) {
        return open(options, store -> store::append);
    }

    /** Lets a test put something between the log and its store. */
    static RocksDecisionLog open(StoreOptions options, Function<RecordStore, BatchWriter> wrap) {
        StoreDirectory directory = StoreDirectory.open(options);
        try {
            RecordStore store = directory.openRecords();
            try {
                return new RocksDecisionLog(directory, store, wrap.apply(store));
            } catch (RuntimeException | Error e) {
                store.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            directory.close();
            throw e;
        }
    }

    @Override
    public StoreIdentity identity() {
        return directory.identity();
    }

    @Override
    public void replay(Consumer<LogRecord> sink) {
        requireUsable();
        if (replayed) {
            throw new IllegalStateException("the log was replayed already");
        }
        replayed = true;
        try {
            // Opening has read the write-ahead file back and written what it holds to new table files, synced, under a
            // new manifest. This flush makes sure of it, and waits.
            store.flush();
            store.read((LogRecord record) -> {
                note(record);
                sink.accept(record);
            });
            lastNumber = store.lastNumber();
            if (directory.findings().isEmpty() && lastNumber > 0) {
                directory.mark().write(new SyncMark.Position(epoch, nonce, lastNumber));
            }
            spaceWatch = SpaceWatch.start(directory.spaceGuard());
        } catch (RocksDBException | IOException e) {
            throw failed("reading the log back failed", e);
        } catch (StoreException e) {
            poison(e.getMessage(), e);
            throw e;
        } catch (RuntimeException | Error e) {
            throw failed("replay failed", e);
        }
    }

    private void note(LogRecord record) {
        if (record.event() instanceof Event.EpochStarted started) {
            epoch = started.epoch();
            nonce = started.nonce();
        }
    }

    @Override
    public long lastNumber() {
        return lastNumber;
    }

    @Override
    public List<HoldFinding> findings() {
        return directory.findings();
    }

    @Override
    public void adopt() {
        requireReplayed();
        try {
            directory.adopt();
        } catch (IOException e) {
            throw failed("taking over the directory failed", e);
        }
    }

    @Override
    public void append(List<LogRecord> records, boolean sync) {
        requireReplayed();
        if (records.isEmpty()) {
            return;
        }
        try {
            RecordNumbers.requireFollowing(lastNumber, appended, records);
            long bytes = writer.append(records, sync);
            lastNumber = records.get(records.size() - 1).number();
            appended = true;
            records.forEach(this::note);
            if (sync && directory.findings().isEmpty()) {
                directory.mark().write(new SyncMark.Position(epoch, nonce, lastNumber));
            }
            (sync ? forcedWrites : lazyWrites).increment();
            recordsWritten.add(records.size());
            bytesWritten.add(bytes);
        } catch (RocksDBException | IOException | RuntimeException | Error e) {
            throw failed("writing to the log failed", e);
        }
    }

    @Override
    public void prune(long[] numbers) {
        requireReplayed();
        if (numbers.length == 0) {
            return;
        }
        try {
            store.delete(numbers);
        } catch (RocksDBException | RuntimeException | Error e) {
            throw failed("pruning the log failed", e);
        }
    }

    private void requireReplayed() {
        requireUsable();
        if (!replayed) {
            throw new IllegalStateException("the log must be replayed before it is written to");
        }
    }

    private void requireUsable() {
        LogFailedException earlier = failure;
        if (earlier != null) {
            throw new LogFailedException(
                    earlier.getMessage() + " (earlier, and the log takes nothing any more)", earlier);
        }
        if (closed) {
            throw new IllegalStateException("the log is closed");
        }
    }

    private LogFailedException failed(String what, Throwable cause) {
        return poison(
                what + ": " + cause.getMessage() + "; what reached the disk in " + directory.path()
                        + " is unknown until the coordinator starts again",
                cause);
    }

    private LogFailedException poison(String message, Throwable cause) {
        LogFailedException poison = new LogFailedException(message, cause);
        failure = poison;
        return poison;
    }

    @Override
    public boolean lowSpace() {
        return directory.spaceGuard().low();
    }

    @Override
    public LogCounters counters() {
        return new LogCounters(forcedWrites.sum(), lazyWrites.sum(), recordsWritten.sum(), bytesWritten.sum());
    }

    @Override
    public long diskBytes() {
        try (Stream<Path> files = Files.walk(directory.path())) {
            long bytes = 0;
            for (Path file :
                    files.filter(path -> !path.endsWith(StoreFiles.RESERVE)).toList()) {
                bytes += sizeOf(file);
            }
            return bytes;
        } catch (IOException e) {
            throw new StoreException("cannot look at the files in " + directory.path() + ": " + e.getMessage(), e);
        }
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            // RocksDB deleted it meanwhile.
            return 0;
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (spaceWatch != null) {
            spaceWatch.close();
        }
        try {
            if (failure == null && replayed) {
                store.sync();
            }
        } catch (RocksDBException e) {
            throw failed("syncing the log at its closing failed", e);
        } finally {
            store.close();
            directory.close();
        }
    }
}
