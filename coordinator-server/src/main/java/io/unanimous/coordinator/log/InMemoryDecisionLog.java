package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A log that outlives its user but not the process, for simulators and tests: {@link #reopen} and {@link #powerCut} give
 * what a next start would find. {@link #failNextAppend} makes a disk that fails.
 *
 * <p>All methods are synchronized, so that a test's thread may look on.
 */
public final class InMemoryDecisionLog implements DecisionLog {
    private final StoreIdentity identity;
    private final NavigableMap<Long, LogRecord> written;
    private final NavigableMap<Long, LogRecord> synced;
    private final List<Consumer<NavigableMap<Long, LogRecord>>> unsynced = new ArrayList<>();
    private List<HoldFinding> findings;
    private long lastNumber;
    private long forcedWrites;
    private long lazyWrites;
    private long records;
    private boolean replayed;
    private boolean appended;
    private boolean closed;
    private @Nullable StoreException nextFailure;
    private @Nullable StoreException failure;

    /** An empty log. */
    public InMemoryDecisionLog(StoreIdentity identity) {
        this(identity, new TreeMap<>(), List.of());
    }

    private InMemoryDecisionLog(
            StoreIdentity identity, NavigableMap<Long, LogRecord> records, List<HoldFinding> findings) {
        this.identity = identity;
        this.written = new TreeMap<>(records);
        this.synced = new TreeMap<>(records);
        this.findings = findings;
    }

    /** What a start after the process's end finds: everything appended. */
    public synchronized InMemoryDecisionLog reopen() {
        return new InMemoryDecisionLog(identity, written, findings);
    }

    /** What a start after a power cut finds at worst: nothing that was not synced. */
    public synchronized InMemoryDecisionLog powerCut() {
        return new InMemoryDecisionLog(identity, synced, findings);
    }

    /** What a start finds whose directory gives reasons to hold. */
    public synchronized InMemoryDecisionLog reopenWith(List<HoldFinding> reasons) {
        return new InMemoryDecisionLog(identity, written, List.copyOf(reasons));
    }

    /** Makes the next append throw; whether its records were written, a restart tells. */
    public synchronized void failNextAppend(String message) {
        nextFailure = new LogFailedException(message, null);
    }

    @Override
    public synchronized StoreIdentity identity() {
        return identity;
    }

    @Override
    public synchronized void replay(Consumer<LogRecord> sink) {
        requireUsable();
        if (replayed) {
            throw new IllegalStateException("replayed already");
        }
        replayed = true;
        lastNumber = written.isEmpty() ? 0 : written.lastKey();
        written.values().forEach(sink);
    }

    @Override
    public synchronized long lastNumber() {
        return lastNumber;
    }

    @Override
    public synchronized List<HoldFinding> findings() {
        return findings;
    }

    @Override
    public synchronized void adopt() {
        requireUsable();
        findings = List.of();
    }

    @Override
    public synchronized void append(List<LogRecord> batch, boolean sync) {
        requireUsable();
        if (batch.isEmpty()) {
            return;
        }
        RecordNumbers.requireFollowing(lastNumber, appended, batch);
        if (nextFailure != null) {
            failure = nextFailure;
            throw nextFailure;
        }
        List<LogRecord> copy = List.copyOf(batch);
        write(map -> copy.forEach(record -> map.put(record.number(), record)));
        lastNumber = batch.get(batch.size() - 1).number();
        appended = true;
        records += batch.size();
        if (sync) {
            unsynced.forEach(change -> change.accept(synced));
            unsynced.clear();
            forcedWrites++;
        } else {
            lazyWrites++;
        }
    }

    @Override
    public synchronized void prune(long[] numbers) {
        requireUsable();
        long[] copy = numbers.clone();
        write(map -> {
            for (long number : copy) {
                map.remove(number);
            }
        });
    }

    private void write(Consumer<NavigableMap<Long, LogRecord>> change) {
        change.accept(written);
        unsynced.add(change);
    }

    private void requireUsable() {
        if (closed) {
            throw new IllegalStateException("the log is closed");
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public synchronized boolean lowSpace() {
        return false;
    }

    @Override
    public synchronized LogCounters counters() {
        return new LogCounters(forcedWrites, lazyWrites, records, 0);
    }

    @Override
    public synchronized long diskBytes() {
        return 0;
    }

    /** The records as they are now, in order of their numbers. */
    public synchronized List<LogRecord> records() {
        return new ArrayList<>(written.values());
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
