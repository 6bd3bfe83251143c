package io.unanimous.bench.growth;

import io.unanimous.bench.growth.WireLoad.Depth;
import io.unanimous.v1.TransactionState;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How much of the daemon's heap an open transaction takes, and an outcome that is kept. */
@Command(
        name = "heap",
        header = "Heap per open transaction with two branches, and per outcome kept.",
        description = "Counts what is in use after a full collection, before and after so many were opened.")
final class HeapSection extends Section {

    private static final double GOAL_BYTES = 1_500;

    /** What the daemon keeps by default, and the heap that the packaged unanimous.env gives it. */
    private static final int KEPT_BY_DEFAULT = 500_000;

    private static final double PACKAGED_HEAP_MB = 1_073.7;

    /** The rest is for open transactions, and for the collector to work in. */
    private static final double SHARE_FOR_OUTCOMES = 0.6;

    @Option(names = "--transactions", defaultValue = "100000", paramLabel = "N", description = "Opened.")
    private int transactions;

    @Option(names = "--in-flight", defaultValue = "256", paramLabel = "N", description = "While they are opened.")
    private int inFlight;

    @Override
    void measure(Path fresh, Findings findings) throws Exception {
        within("--transactions", transactions, 1_000, 2_000_000);
        within("--in-flight", inFlight, 1, 10_000);
        try (Daemon daemon = daemon(
                        fresh, List.of(), List.of("--open-transactions", String.valueOf(transactions + inFlight)));
                WireLoad load = WireLoad.connect(daemon.address(), "heap", PARTICIPANTS, true, 0)) {
            long warm = warmUp(load).count();
            long before = daemon.liveHeapBytes();
            long opened = load.run(Depth.OPEN, inFlight, transactions, UNTIL_DONE, saying("opening"))
                    .count();
            long open = daemon.liveHeapBytes();
            findings.mustBe("transactions open", transactions, daemon.in(TransactionState.TRANSACTION_STATE_ACTIVE));
            findings.mustBe("transactions opened", transactions, opened);
            long finished = load.run(Depth.FINISHED, inFlight, transactions, UNTIL_DONE, saying("committing"))
                    .count();
            long kept = daemon.liveHeapBytes();
            load.requireUnbroken();
            findings.mustBe("outcomes kept", warm + finished, daemon.status().getRetainedOutcomes());
            findings.add("heap in use, nothing open", before / 1e6, "MB");
            findings.addWithGoal(
                    "heap per open transaction with two branches",
                    (double) (open - before) / transactions,
                    "bytes",
                    GOAL_BYTES);
            double each = (double) (kept - open) / finished;
            findings.add("heap per outcome kept", each, "bytes");
            findings.addWithGoal(
                    "heap of as many outcomes as are kept by default, in the packaged 1 GiB",
                    each * KEPT_BY_DEFAULT / 1e6,
                    "MB",
                    PACKAGED_HEAP_MB * SHARE_FOR_OUTCOMES);
        }
    }
}
