package io.unanimous.coordinator.core;

/**
 * A transaction on one line, as operators see it.
 *
 * @param sinceMs when it began, or for one read back from the log when it was decided; wall clock
 * @param changedMs when its state last changed; wall clock
 * @param blockedBy the branch that it waits for; empty for none
 */
public record TransactionSummary(
        TransactionId transaction,
        TransactionState state,
        HeuristicMark heuristic,
        int branches,
        int inDoubtBranches,
        long sinceMs,
        long changedMs,
        String blockedBy,
        String initiator) {}
