package io.unanimous.bench.databases;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** A load that only counts, to try out whether a contender does what it says. */
public final class TrialLoad {

    private static final int DRAIN_SECONDS = 30;

    private final Contender contender;
    private final long endNs;
    private final LongAdder committed = new LongAdder();
    private final LongAdder rolledBack = new LongAdder();
    private final LongAdder failed = new LongAdder();

    private TrialLoad(Contender contender, Duration time) {
        this.contender = contender;
        endNs = System.nanoTime() + time.toNanos();
    }

    /** Keeps all slots busy for this time, and waits until the last transaction has ended. */
    public static Counts run(Contender contender, int inFlight, Duration time) throws Exception {
        TrialLoad load = new TrialLoad(contender, time);
        List<CompletableFuture<?>> slots = new ArrayList<>();
        for (int slot = 0; slot < inFlight; slot++) {
            slots.add(load.keepBusy(slot).toCompletableFuture());
        }
        CompletableFuture.allOf(slots.toArray(CompletableFuture[]::new))
                .get(time.toSeconds() + DRAIN_SECONDS, TimeUnit.SECONDS);
        return new Counts(load.committed.sum(), load.rolledBack.sum(), load.failed.sum());
    }

    private CompletionStage<?> keepBusy(int slot) {
        if (System.nanoTime() - endNs >= 0) {
            return CompletableFuture.completedStage(null);
        }
        return contender
                .transact(slot)
                .handle((outcome, failure) -> {
                    LongAdder counter =
                            failure != null ? failed : outcome == Outcome.COMMITTED ? committed : rolledBack;
                    counter.increment();
                    return slot;
                })
                .thenCompose(this::keepBusy);
    }
}
