package io.unanimous.bench.load;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Outcome;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The load on one contender: a warm-up, then level by level, each drained before the next. */
public final class Load {

    private static final int FAILURES_MAX = 100;
    private static final int FAILURES_TOLD_MAX = 5;

    /** This part of the warm-up is at the largest level, if it is larger than what the warm-up began with. */
    private static final int WARM_UP_PART_AT_LARGEST = 4;

    private final Contender contender;
    private final LongAdder committed = new LongAdder();
    private final LongAdder rolledBack = new LongAdder();
    private final AtomicLong failed = new AtomicLong();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    /**
     * What was measured at one level.
     *
     * @param inFlight transactions in flight
     * @param latencies of those that ended in the measured time, nanoseconds
     * @param compiling the time that this process's JIT compiler spent per measured time; its threads add up
     * @param noted what the contender alone has to say about it
     */
    public record Level(int inFlight, Histogram latencies, double compiling, Map<String, Double> noted) {}

    /**
     * What was measured.
     *
     * @param levels by level; those after a failing one are missing
     * @param counts of the whole run
     * @param failures the first few
     */
    public record Measured(List<Level> levels, Counts counts, List<String> failures) {}

    private Load(Contender contender) {
        this.contender = contender;
    }

    /**
     * Loads a contender, and returns when nothing is in flight any more.
     *
     * @throws IllegalStateException if transactions are still in flight long after the load has ended
     */
    public static Measured run(Contender contender, LoadPlan plan) throws InterruptedException {
        return new Load(contender).run(plan);
    }

    private Measured run(LoadPlan plan) throws InterruptedException {
        warmUp(plan);
        List<Level> levels = new ArrayList<>();
        for (int inFlight : plan.levels()) {
            if (failing()) {
                break;
            }
            levels.add(new Stretch(this, inFlight, plan.settling(), plan.measured(), plan.ratePerSecond()).run());
        }
        return new Measured(
                levels,
                new Counts(committed.sum(), rolledBack.sum(), failed.get()),
                failures.stream().limit(FAILURES_TOLD_MAX).toList());
    }

    private void warmUp(LoadPlan plan) throws InterruptedException {
        Duration atLargest =
                plan.largest() > plan.warmInFlight() ? plan.warmUp().dividedBy(WARM_UP_PART_AT_LARGEST) : Duration.ZERO;
        for (Stretch stretch : List.of(
                new Stretch(this, plan.warmInFlight(), plan.warmUp().minus(atLargest), Duration.ZERO, 0),
                new Stretch(this, plan.largest(), atLargest, Duration.ZERO, 0))) {
            var unused = stretch.run();
        }
    }

    /** A stretch begins. */
    void begins(int inFlight) {
        contender.levelBegins(inFlight);
    }

    /** A stretch has ended. */
    Map<String, Double> ended() {
        return contender.levelEnded();
    }

    /** Begins a transaction; a refusal is a failure like another. */
    CompletableFuture<Outcome> begin(int slot) {
        try {
            return contender.transact(slot).toCompletableFuture();
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** Counts an end; returns whether there was an outcome. */
    boolean count(@Nullable Outcome outcome, @Nullable Throwable failure) {
        if (outcome == null) {
            if (failed.incrementAndGet() <= FAILURES_TOLD_MAX) {
                failures.add(String.valueOf(failure));
            }
            return false;
        }
        switch (outcome) {
            case COMMITTED -> committed.increment();
            case ROLLED_BACK -> rolledBack.increment();
        }
        return true;
    }

    /** Whether so many have failed that going on makes no sense. */
    boolean failing() {
        return failed.get() >= FAILURES_MAX;
    }

    /** The first few failures, for a message. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Milliseconds that the compiler of this process has worked so far. */
    static long compiledMs() {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        return compiler == null || !compiler.isCompilationTimeMonitoringSupported()
                ? 0
                : compiler.getTotalCompilationTime();
    }

    static double perTime(long ms, Duration time) {
        return time.isZero() ? 0 : (double) TimeUnit.MILLISECONDS.toNanos(ms) / time.toNanos();
    }
}
