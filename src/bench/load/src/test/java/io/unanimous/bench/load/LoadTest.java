package io.unanimous.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Outcome;
import io.unanimous.bench.contender.Verdict;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
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

        Fixed(long tookMs) {
            this.tookMs = tookMs;
        }

        @Override
        public CompletionStage<Outcome> transact(int slot) {
            begun.incrementAndGet();
            if (busy.getAndIncrement(slot) != 0) {
                overlaps.incrementAndGet();
            }
            CompletableFuture<Outcome> outcome = new CompletableFuture<>();
            var unused = timer.schedule(
                    () -> {
                        busy.decrementAndGet(slot);
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

    @Test
    void aClosedLoopKeepsEachSlotBusyWithOneTransactionAtATime() throws Exception {
        Fixed contender = new Fixed(5);
        Load.Measured measured =
                Load.run(contender, new LoadPlan(4, 16, Duration.ofMillis(100), Duration.ofMillis(400), 0));
        assertThat(contender.overlaps).hasValue(0);
        assertThat(contender.verify(measured.counts()).faults()).isEmpty();
        assertThat(measured.latencies().getMinValue()).isGreaterThanOrEqualTo(4_900_000);
        // Four slots, not the sixteen of the warm-up: at most 4 * 400 / 5 and those that were under way.
        assertThat(measured.latencies().getTotalCount()).isBetween(20L, 336L);
    }

    @Test
    void anOpenLoopChargesATransactionForItsWaitForASlot() throws Exception {
        Fixed contender = new Fixed(20);
        // Due every 5 ms, served one every 20 ms or slower: the later ones are late by most of the whole time.
        Load.Measured measured = Load.run(contender, new LoadPlan(1, 1, NONE, Duration.ofMillis(600), 200));
        assertThat(contender.overlaps).hasValue(0);
        assertThat(measured.latencies().getMaxValue()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(250));
        assertThat(measured.latencies().getMinValue()).isLessThan(TimeUnit.MILLISECONDS.toNanos(250));
    }

    @Test
    void failuresAreCountedAndEndTheLoadWhenThereAreMany() throws Exception {
        Contender broken = new Fixed(0) {
            @Override
            public CompletionStage<Outcome> transact(int slot) {
                return CompletableFuture.failedFuture(new IllegalStateException("gone"));
            }
        };
        LoadPlan plan = new LoadPlan(2, 2, NONE, Duration.ofSeconds(30), 0);
        Load.Measured measured = Load.run(broken, plan);
        assertThat(measured.counts().failed()).isBetween(100L, 101L);
        assertThat(WorkerReport.of("x", plan, 2, measured, Verdict.builder().build())
                        .faults())
                .anyMatch(fault -> fault.contains("without an outcome"))
                .anyMatch(fault -> fault.contains("no transaction ended"));
    }

    @Test
    void aPlanWithoutLoadIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LoadPlan(0, 1, NONE, Duration.ofSeconds(1), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new LoadPlan(1, 1, NONE, NONE, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new LoadPlan(1, 1, NONE, Duration.ofSeconds(1), -1));
    }
}
