package io.unanimous.coordinator.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the core knows of itself.
 *
 * @param store the store's identity
 * @param epoch the current epoch
 * @param counts transactions by state
 * @param horizon outcomes at or below may have been pruned; null when none was
 * @param counters events since the start, by name
 */
public record StatusView(
        java.util.UUID store,
        int partition,
        long epoch,
        int nonce,
        Map<TransactionState, Long> counts,
        long inDoubtBranches,
        long unacknowledgedHeuristics,
        int participants,
        @Nullable HoldView hold,
        long retainedOutcomes,
        @Nullable TransactionId horizon,
        boolean inGrace,
        Map<String, Long> counters) {}
