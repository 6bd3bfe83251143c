package io.unanimous.sdk;

/**
 * What became of a transaction.
 *
 * @param transactionId the transaction
 * @param status committed, rolled back, or not known
 * @param pendingBranches branches that have not acknowledged it yet
 * @param heuristic whether a resource went against the decision
 * @param reason for a rolled-back transaction: why, if that is still known; may be empty
 */
public record TransactionOutcome(
        String transactionId, Status status, int pendingBranches, Heuristic heuristic, String reason) {

    /** What became of it. */
    public enum Status {
        /** Not decided yet. */
        IN_PROGRESS,
        /** Committed: the decision is durable. Branches may still be pending. */
        COMMITTED,
        /** Rolled back, in every branch, now or as soon as the branch asks. */
        ROLLED_BACK,
        /** Cannot be told: its shortcuts left no record. */
        UNKNOWN
    }

    /** Whether a resource went against the decision. */
    public enum Heuristic {
        /** Every branch followed the decision, as far as is known. */
        NONE,
        /** At least one branch contradicts the decision: an operator has to look. */
        MIXED,
        /** At least one branch may contradict the decision: an operator has to look. */
        HAZARD
    }
}
