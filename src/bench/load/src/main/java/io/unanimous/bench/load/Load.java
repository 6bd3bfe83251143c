package io.unanimous.bench.load;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Outcome;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The load on one contender: first a warm-up, then what is measured.
 *
 * <p>In a closed loop each slot begins its next transaction when its last has ended, on the thread that ended it. In an
 * open loop transactions are due at even intervals, and a latency is counted from when its transaction was due: what had
 * to wait for a free slot is charged for the wait (no coordinated omission).
 */
final class Load {

    private static final long LATENCY_MAX_NS = TimeUnit.MINUTES.toNanos(5);
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long DRAIN_MAX_MS = 60_000;
    private static final int FAILURES_MAX = 100;
    private static final int FAILURES_TOLD_MAX = 5;
    private static final long DRAIN_POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Contender contender;
    private final LoadPlan plan;
    private final Histogram latencies = new ConcurrentHistogram(LATENCY_MAX_NS, SIGNIFICANT_DIGITS);
    private final LongAdder committed = new LongAdder();
    private final LongAdder rolledBack = new LongAdder();
    private final AtomicLong failed = new AtomicLong();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final BlockingQueue<Integer> freeSlots = new LinkedBlockingQueue<>();

    private final long fromNs;
    private final long untilNs;

    /** What was measured. */
    record Measured(Histogram latencies, Counts counts, List<String> failures) {}

    private Load(Contender contender, LoadPlan plan) {
        this.contender = contender;
        this.plan = plan;
        fromNs = System.nanoTime() + plan.warmUp().toNanos();
        untilNs = fromNs + plan.measured().toNanos();
    }

    /**
     * Loads a contender, and returns when nothing is in flight any more.
     *
     * @throws IllegalStateException if transactions are still in flight long after the load has ended
     */
    static Measured run(Contender contender, LoadPlan plan) throws InterruptedException {
        return new Load(contender, plan).run();
    }

    private Measured run() throws InterruptedException {
        if (plan.open()) {
            runOpen();
        } else {
            running.set(plan.slots());
            for (int slot = 0; slot < plan.slots(); slot++) {
                driveClosed(slot);
            }
        }
        awaitDrained();
        return new Measured(
                latencies,
                new Counts(committed.sum(), rolledBack.sum(), failed.get()),
                failures.stream().limit(FAILURES_TOLD_MAX).toList());
    }

    // ------------------------------------------------------------------------------------------------------- closed

    private void driveClosed(int slot) {
        while (true) {
            long beganNs = System.nanoTime();
            long slotUntilNs = slot < plan.inFlight() ? untilNs : fromNs;
            if (beganNs - slotUntilNs >= 0 || failed.get() >= FAILURES_MAX) {
                running.decrementAndGet();
                return;
            }
            CompletableFuture<Outcome> transaction = begin(slot);
            if (!transaction.isDone()) {
                var unused = transaction.whenComplete((outcome, failure) -> {
                    ended(beganNs, outcome, failure);
                    driveClosed(slot);
                });
                return;
            }
            var unused = transaction.whenComplete((outcome, failure) -> ended(beganNs, outcome, failure));
        }
    }

    // --------------------------------------------------------------------------------------------------------- open

    private void runOpen() throws InterruptedException {
        for (int slot = 0; slot < plan.inFlight(); slot++) {
            freeSlots.add(slot);
        }
        long beganNs = System.nanoTime();
        for (long number = 0; failed.get() < FAILURES_MAX; number++) {
            long dueNs = beganNs + (long) (number * TimeUnit.SECONDS.toNanos(1) / plan.ratePerSecond());
            if (dueNs - untilNs >= 0) {
                return;
            }
            awaitTime(dueNs);
            Integer slot = freeSlots.poll(DRAIN_MAX_MS, TimeUnit.MILLISECONDS);
            if (slot == null) {
                throw new IllegalStateException("no transaction ended for " + DRAIN_MAX_MS + " ms");
            }
            running.incrementAndGet();
            var unused = begin(slot).whenComplete((outcome, failure) -> {
                ended(dueNs, outcome, failure);
                freeSlots.add(slot);
                running.decrementAndGet();
            });
        }
    }

    private static void awaitTime(long dueNs) {
        for (long leftNs = dueNs - System.nanoTime(); leftNs > 0; leftNs = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }

    // ---------------------------------------------------------------------------------------------------------- both

    private CompletableFuture<Outcome> begin(int slot) {
        try {
            return contender.transact(slot).toCompletableFuture();
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private void ended(long sinceNs, @Nullable Outcome outcome, @Nullable Throwable failure) {
        long nowNs = System.nanoTime();
        if (outcome == null) {
            if (failed.incrementAndGet() <= FAILURES_TOLD_MAX) {
                failures.add(String.valueOf(failure));
            }
            return;
        }
        switch (outcome) {
            case COMMITTED -> committed.increment();
            case ROLLED_BACK -> rolledBack.increment();
        }
        if (nowNs - fromNs >= 0 && nowNs - untilNs < 0) {
            latencies.recordValue(Math.min(nowNs - sinceNs, LATENCY_MAX_NS));
        }
    }

    private void awaitDrained() {
        long lastNs = untilNs + TimeUnit.MILLISECONDS.toNanos(DRAIN_MAX_MS);
        while (running.get() > 0) {
            if (System.nanoTime() - lastNs > 0) {
                throw new IllegalStateException(running.get() + " transactions are still in flight " + DRAIN_MAX_MS
                        + " ms after the load has ended; failures so far: " + failures);
            }
            LockSupport.parkNanos(DRAIN_POLL_NS);
        }
    }
}
