package io.unanimous.bench.ours;

import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.log.DecisionLog;
import io.unanimous.coordinator.log.LogCounters;
import io.unanimous.coordinator.log.StoreIdentity;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The real log, with its syncs left out or delayed. It breaks every promise, or the disk's speed; a bench needs both. */
final class AlteredLog implements DecisionLog {

    private final DecisionLog log;
    private final boolean synced;
    private final long delayNs;

    private AlteredLog(DecisionLog log, boolean synced, long delayNs) {
        this.log = log;
        this.synced = synced;
        this.delayNs = delayNs;
    }

    /** Writes as the log does, and never waits for the disk. */
    static DecisionLog unsynced(DecisionLog log) {
        return new AlteredLog(log, false, 0);
    }

    /** Waits that much longer at each sync. */
    static DecisionLog delayed(DecisionLog log, long delayNs) {
        return new AlteredLog(log, true, delayNs);
    }

    @Override
    public void append(List<LogRecord> records, boolean sync) {
        log.append(records, sync && synced);
        if (sync && delayNs > 0) {
            long untilNs = System.nanoTime() + delayNs;
            for (long leftNs = delayNs; leftNs > 0; leftNs = untilNs - System.nanoTime()) {
                LockSupport.parkNanos(leftNs);
            }
        }
    }

    @Override
    public StoreIdentity identity() {
        return log.identity();
    }

    @Override
    public void replay(Consumer<LogRecord> sink) {
        log.replay(sink);
    }

    @Override
    public long lastNumber() {
        return log.lastNumber();
    }

    @Override
    public List<HoldFinding> findings() {
        return log.findings();
    }

    @Override
    public void adopt() {
        log.adopt();
    }

    @Override
    public void prune(long[] numbers) {
        log.prune(numbers);
    }

    @Override
    public boolean lowSpace() {
        return log.lowSpace();
    }

    @Override
    public LogCounters counters() {
        return log.counters();
    }

    @Override
    public long diskBytes() {
        return log.diskBytes();
    }

    @Override
    public void close() {
        log.close();
    }
}
