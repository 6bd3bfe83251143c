package io.unanimous.coordinator.server;

import io.unanimous.coordinator.core.Limits;
import java.util.Optional;

/**
 * What the daemon's limits ask of its heap. One that is too small is not refused, since the limits may never be reached;
 * but reached, they leave a daemon that collects garbage and answers nobody.
 */
final class HeapNeed {

    /** A transaction with two branches, open or kept; measured by {@code src/bench/growth heap}. */
    static final long TRANSACTION_BYTES = 1_100;

    /** What of the heap may be filled for long; the rest is for what is under way, and for the collector. */
    private static final double FILLED_MAX = 0.8;

    private static final long MIB = 1 << 20;

    private HeapNeed() {}

    /** What is too little, and what to do about it; empty if the heap is large enough. */
    static Optional<String> shortage(Limits limits, long heapBytes) {
        long transactions = (long) limits.retainedOutcomesMax() + limits.openTransactionsMax();
        long needed = (long) (transactions * TRANSACTION_BYTES / FILLED_MAX);
        return needed <= heapBytes
                ? Optional.empty()
                : Optional.of("the heap of " + heapBytes / MIB + " MiB does not hold " + limits.retainedOutcomesMax()
                        + " kept outcomes and " + limits.openTransactionsMax()
                        + " open transactions: give it -Xmx" + (needed / MIB + 1)
                        + "m in TX_COORDINATOR_OPTS, or lower --retained-outcomes or --open-transactions");
    }
}
