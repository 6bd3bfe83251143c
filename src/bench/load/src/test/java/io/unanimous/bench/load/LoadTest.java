package io.unanimous.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Outcome;
import io.unanimous.bench.contender.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadTest {

    private static final Duration NONE = Duration.ZERO;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    /** Answers each transaction after a fixed time, and checks that a slot has one at a time. */
    private class Fixed implements Contender {
        private final long tookMs;
        private final AtomicIntegerArray busy = new AtomicIntegerArray(64);
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger overlaps = new AtomicInteger();
        private final AtomicInteger atOnce = new AtomicInteger();
        private final AtomicInteger mostAtOnce = new AtomicInteger();

        Fixed(long tookMs) {
            this.tookMs = tookMs;
        }

        @Override
        public CompletionStage<Outcome> transact(int slot) {
            begun.incrementAndGet();
            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            if (busy.getAndIncrement(slot) != 0) {
                overlaps.incrementAndGet();
            }
            CompletableFuture<Outcome> outcome = new CompletableFuture<>();
            var unused = timer.schedule(
                    () -> {
                        busy.decrementAndGet(slot);
                        atOnce.decrementAndGet();
                        outcome.complete(Outcome.COMMITTED);
                    },
                    tookMs,
                    TimeUnit.MILLISECONDS);
            return outcome;
        }

        @Override
        public Verdict verify(Counts counts) {
            return Verdict.builder().equal("begun", counts.begun(), begun.get()).build();
        }

        @Override
        public void close() {}
    }

    private static LoadPlan plan(List<Integer> levels, int warmInFlight, int warmUpMs, int measuredMs, double rate) {
        return new LoadPlan(
                levels, warmInFlight, Duration.ofMillis(warmUpMs), NONE, Duration.ofMillis(measuredMs), rate);
    }

    @Test
    void aClosedLoopKeepsEachSlotBusyWithOneTransactionAtATime() throws Exception {
        Fixed contender = new Fixed(5);
        Load.Measured measured = Load.run(contender, plan(List.of(4), 16, 100, 400, 0));
        Histogram latencies = measured.levels().get(0).latencies();
        assertThat(contender.overlaps).hasValue(0);
        assertThat(contender.verify(measured.counts()).faults()).isEmpty();
        assertThat(latencies.getMinValue()).isGreaterThanOrEqualTo(4_900_000);
        // Four slots, not the sixteen of the warm-up: at most 4 * 400 / 5 and those that were under way.
        assertThat(latencies.getTotalCount()).isBetween(20L, 336L);
    }

    @Test
    void levelsFollowEachOtherDrainedAndTheCountsAreOfAllOfThem() throws Exception {
        Fixed contender = new Fixed(5);
        LoadPlan plan = new LoadPlan(
                List.of(1, 8, 32), 4, Duration.ofMillis(200), Duration.ofMillis(50), Duration.ofMillis(300), 0);
        Load.Measured measured = Load.run(contender, plan);
        assertThat(measured.levels()).extracting(Load.Level::inFlight).containsExactly(1, 8, 32);
        assertThat(contender.overlaps).hasValue(0);
        assertThat(contender.mostAtOnce).hasValue(32);
        assertThat(contender.verify(measured.counts()).faults()).isEmpty();
        // One slot: at most 300 / 5 and the one that was under way.
        assertThat(measured.levels().get(0).latencies().getTotalCount()).isBetween(5L, 61L);
        long inLevels = measured.levels().stream()
                .mapToLong(level -> level.latencies().getTotalCount())
                .sum();
        assertThat(measured.counts().committed()).isGreaterThan(inLevels);
        assertThat(WorkerReport.of("x", plan, 2, measured, Verdict.builder().build()))
                .satisfies(report -> assertThat(report.faults()).isEmpty())
                .satisfies(report -> assertThat(report.levels()).hasSize(3));
    }

    @Test
    void anOpenLoopChargesATransactionForItsWaitForASlot() throws Exception {
        Fixed contender = new Fixed(20);
        // Due every 5 ms, served one every 20 ms or slower: the later ones are late by most of the whole time.
        Load.Measured measured = Load.run(contender, plan(List.of(1), 1, 0, 600, 200));
        Histogram latencies = measured.levels().get(0).latencies();
        assertThat(contender.overlaps).hasValue(0);
        assertThat(latencies.getMaxValue()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(250));
        assertThat(latencies.getMinValue()).isLessThan(TimeUnit.MILLISECONDS.toNanos(250));
    }

    @Test
    void failuresAreCountedAndEndTheLoadWhenThereAreMany() throws Exception {
        Contender broken = new Fixed(0) {
            @Override
            public CompletionStage<Outcome> transact(int slot) {
                return CompletableFuture.failedFuture(new IllegalStateException("gone"));
            }
        };
        LoadPlan plan = plan(List.of(1, 2), 2, 0, 30_000, 0);
        Load.Measured measured = Load.run(broken, plan);
        assertThat(measured.counts().failed()).isBetween(100L, 101L);
        assertThat(WorkerReport.of("x", plan, 2, measured, Verdict.builder().build())
                        .faults())
                .anyMatch(fault -> fault.contains("without an outcome"))
                .anyMatch(fault -> fault.contains("no transaction ended while 1 in flight"))
                .anyMatch(fault -> fault.contains("no transaction ended while 2 in flight"));
    }

    @Test
    void aPlanWithoutLoadIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> plan(List.of(), 1, 0, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> plan(List.of(0), 1, 0, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> plan(List.of(16, 4), 1, 0, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> plan(List.of(1), 1, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> plan(List.of(1), 1, 0, 1, -1));
    }
}
