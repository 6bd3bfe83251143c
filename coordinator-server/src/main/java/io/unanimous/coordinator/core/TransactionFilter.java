package io.unanimous.coordinator.core;

import java.util.Set;

/**
 * Which transactions to list; what is not set does not filter.
 *
 * @param states in any of these; empty for all
 * @param minAgeMs last changed at least this long ago
 * @param resource with a branch of this resource; empty for all
 * @param inDoubt only those with a branch in doubt
 * @param heuristic only those with an unacknowledged heuristic outcome
 * @param idTail whose id ends so; empty for all
 */
public record TransactionFilter(
        Set<TransactionState> states,
        long minAgeMs,
        String resource,
        boolean inDoubt,
        boolean heuristic,
        String idTail) {}
