package io.unanimous.bench.load;

import io.unanimous.bench.contender.Outcome;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a {@link Load} at one level: a time that does not count, a time that is measured, and the drain.
 *
 * <p>In a closed loop each slot begins its next transaction when its last has ended, on the thread that ended it. In an
 * open loop transactions are due at even intervals, and a latency is counted from when its transaction was due: what had
 * to wait for a free slot is charged for the wait (no coordinated omission).
 */
final class Stretch {

    private static final long LATENCY_MAX_NS = TimeUnit.MINUTES.toNanos(5);
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long DRAIN_MAX_MS = 60_000;
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Load load;
    private final int inFlight;
    private final Duration before;
    private final Duration measured;
    private final double ratePerSecond;
    private final Histogram latencies = new ConcurrentHistogram(LATENCY_MAX_NS, SIGNIFICANT_DIGITS);
    private final AtomicInteger running = new AtomicInteger();
    private final BlockingQueue<Integer> freeSlots = new LinkedBlockingQueue<>();

    private long beganNs;
    private long fromNs;
    private long untilNs;
    private long due;

    Stretch(Load load, int inFlight, Duration before, Duration measured, double ratePerSecond) {
        this.load = load;
        this.inFlight = inFlight;
        this.before = before;
        this.measured = measured;
        this.ratePerSecond = ratePerSecond;
    }

    /** Loads, and returns when nothing is in flight any more. */
    Load.Level run() throws InterruptedException {
        load.begins(inFlight);
        beganNs = System.nanoTime();
        fromNs = beganNs + before.toNanos();
        untilNs = fromNs + measured.toNanos();
        boolean open = ratePerSecond > 0;
        if (open) {
            for (int slot = 0; slot < inFlight; slot++) {
                freeSlots.add(slot);
            }
        } else {
            running.set(inFlight);
            for (int slot = 0; slot < inFlight; slot++) {
                driveClosed(slot);
            }
        }
        goOn(open, fromNs);
        long compiledBeforeMs = Load.compiledMs();
        goOn(open, untilNs);
        double compiling = Load.perTime(Load.compiledMs() - compiledBeforeMs, measured);
        awaitDrained();
        return new Load.Level(inFlight, latencies, compiling, load.ended());
    }

    private void goOn(boolean open, long toNs) throws InterruptedException {
        if (open) {
            beginWhatIsDue(toNs);
        } else {
            while (running.get() > 0 && System.nanoTime() - toNs < 0) {
                LockSupport.parkNanos(Math.min(POLL_NS, Math.max(1, toNs - System.nanoTime())));
            }
        }
    }

    private void driveClosed(int slot) {
        while (true) {
            long sinceNs = System.nanoTime();
            if (sinceNs - untilNs >= 0 || load.failing()) {
                running.decrementAndGet();
                return;
            }
            CompletableFuture<Outcome> transaction = load.begin(slot);
            if (!transaction.isDone()) {
                var unused = transaction.whenComplete((outcome, failure) -> {
                    ended(sinceNs, outcome, failure);
                    driveClosed(slot);
                });
                return;
            }
            var unused = transaction.whenComplete((outcome, failure) -> ended(sinceNs, outcome, failure));
        }
    }

    private void beginWhatIsDue(long toNs) throws InterruptedException {
        for (; !load.failing(); due++) {
            long dueNs = beganNs + (long) (due * TimeUnit.SECONDS.toNanos(1) / ratePerSecond);
            if (dueNs - toNs >= 0) {
                return;
            }
            awaitTime(dueNs);
            Integer slot = freeSlots.poll(DRAIN_MAX_MS, TimeUnit.MILLISECONDS);
            if (slot == null) {
                throw new IllegalStateException("no transaction ended for " + DRAIN_MAX_MS + " ms");
            }
            running.incrementAndGet();
            var unused = load.begin(slot).whenComplete((outcome, failure) -> {
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

    private void ended(long sinceNs, @Nullable Outcome outcome, @Nullable Throwable failure) {
        long nowNs = System.nanoTime();
        if (load.count(outcome, failure) && nowNs - fromNs >= 0 && nowNs - untilNs < 0) {
            latencies.recordValue(Math.min(nowNs - sinceNs, LATENCY_MAX_NS));
        }
    }

    private void awaitDrained() {
        long lastNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MAX_MS);
        while (running.get() > 0) {
            if (System.nanoTime() - lastNs > 0) {
                throw new IllegalStateException(running.get() + " transactions are still in flight " + DRAIN_MAX_MS
                        + " ms after the load of " + inFlight + " has ended; failures so far: " + load.failures());
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }
}
