package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.Durability;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.log.DecisionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Writes what the loop hands over, and releases what waited for it.
 *
 * <p>All that was handed over while one batch was being synced is the next batch: many decisions share one sync, with no
 * timer. The loop hands over on its thread, batches run on the log's; in tests and simulations both may be one.
 *
 * <p>After an exception the outcome of the batch is unknown. Nothing is released any more.
 */
final class LogWriter {

    private final DecisionLog log;
    private final Releaser releaser;
    private final SyncedPosition position;
    private final CrashPoints crashPoints;
    private final int recordsPerBatchMax;
    private final LongAdder forcedWrites;
    private final LongAdder lazyWrites;
    private final LongAdder recordsWritten;

    private final Queue<Handover> handovers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingEffects = new AtomicInteger();
    private volatile long releasedNumber;
    private volatile long handledSequence;

    /**
     * What one turn left to be written and to be released after that.
     *
     * @param sequence counts the handovers, from 1
     */
    private record Handover(long sequence, List<LogRecord> records, boolean forced, List<Effect> effects) {}

    LogWriter(
            DecisionLog log,
            Releaser releaser,
            SyncedPosition position,
            CrashPoints crashPoints,
            Counters counters,
            int recordsPerBatchMax) {
        this.log = log;
        this.releaser = releaser;
        this.position = position;
        this.crashPoints = crashPoints;
        this.recordsPerBatchMax = recordsPerBatchMax;
        forcedWrites = counters.of("log_forced_writes");
        lazyWrites = counters.of("log_lazy_writes");
        recordsWritten = counters.of("log_records_written");
        releasedNumber = position.get().number();
    }

    /**
     * Queues records for writing and effects for release once these records, and all handed over before, are written and
     * those of them that have to be are synced. On the loop's thread.
     *
     * @param sequence one more than with the last call
     */
    void handOver(long sequence, List<LogRecord> records, boolean forced, List<Effect> effects) {
        waitingEffects.addAndGet(effects.size());
        handovers.add(new Handover(sequence, records, forced, effects));
    }

    /** Whether something waits to be written. */
    boolean hasWork() {
        return !handovers.isEmpty();
    }

    /**
     * Writes one batch, syncs it if it must be, and releases its effects; false when there was nothing to do. On the log's
     * thread.
     */
    boolean runBatch() {
        List<LogRecord> records = new ArrayList<>();
        List<Effect> effects = new ArrayList<>();
        boolean forced = false;
        long sequence = 0;
        while (records.size() < recordsPerBatchMax) {
            Handover next = handovers.poll();
            if (next == null) {
                break;
            }
            records.addAll(next.records());
            effects.addAll(next.effects());
            forced |= next.forced();
            sequence = next.sequence();
        }
        if (sequence == 0) {
            return false;
        }
        if (!records.isEmpty()) {
            write(records, forced);
        }
        release(effects);
        if (forced) {
            releasedNumber = records.get(records.size() - 1).number();
        }
        handledSequence = sequence;
        waitingEffects.addAndGet(-effects.size());
        return true;
    }

    private void write(List<LogRecord> records, boolean forced) {
        boolean decides = false;
        boolean finishes = false;
        if (crashPoints != CrashPoints.NONE) {
            decides = contains(records, Event.CommitDecided.class);
            finishes = contains(records, Event.Finished.class);
        }
        if (decides) {
            crashPoints.reached(CrashPoint.BEFORE_APPEND_DECISION);
        }
        if (finishes) {
            crashPoints.reached(CrashPoint.BEFORE_FINISHED_APPEND);
        }
        log.append(records, forced);
        recordsWritten.add(records.size());
        if (forced) {
            forcedWrites.increment();
            // Before the release: a Commit shows a number that is not below its own decision's.
            position.advance(records.get(records.size() - 1).number());
        } else {
            lazyWrites.increment();
            requireLazy(records);
        }
        if (decides) {
            crashPoints.reached(CrashPoint.AFTER_SYNC_BEFORE_RELEASE);
        }
        if (finishes) {
            crashPoints.reached(CrashPoint.AFTER_FINISHED_APPEND);
        }
    }

    private void release(List<Effect> effects) {
        if (effects.isEmpty()) {
            return;
        }
        List<Effect> told = effects;
        List<long[]> pruned = null;
        for (Effect effect : effects) {
            if (effect instanceof Effect.PruneRecords prune) {
                pruned = pruned == null ? new ArrayList<>() : pruned;
                pruned.add(prune.numbers());
            }
        }
        if (pruned != null) {
            told = new ArrayList<>(effects);
            told.removeIf(Effect.PruneRecords.class::isInstance);
        }
        releaser.release(told);
        if (pruned != null) {
            pruned.forEach(log::prune);
        }
    }

    private static void requireLazy(List<LogRecord> records) {
        for (LogRecord record : records) {
            if (record.event().durability() == Durability.FORCED) {
                throw new IllegalStateException("record " + record.number() + " was written without a sync: " + record);
            }
        }
    }

    private static boolean contains(List<LogRecord> records, Class<? extends Event> type) {
        for (LogRecord record : records) {
            if (type.isInstance(record.event())) {
                return true;
            }
        }
        return false;
    }

    /** The last number that is on disk and whose waiting effects, as far as handed over by then, are released. */
    long releasedNumber() {
        return releasedNumber;
    }

    /** The last handover that is written and released whole. */
    long handledSequence() {
        return handledSequence;
    }

    /** How many effects wait for the disk. */
    int waitingEffects() {
        return waitingEffects.get();
    }
}
