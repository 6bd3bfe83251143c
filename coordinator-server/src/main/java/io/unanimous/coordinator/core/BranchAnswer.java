package io.unanimous.coordinator.core;

/** What is to become of a branch that a participant asked about (P9). */
public enum BranchAnswer {
    /** The branch stands prepared in a durable decision to commit. */
    COMMIT,
    /** The branch stands outside the decision, or its transaction is presumed rolled back. */
    ROLLBACK,
    /** Not decided, or not to be told yet. */
    IN_PROGRESS,
    /** Not this coordinator's to say: touch nothing. */
    LEAVE,
    /** The report is older than something pruned: presume nothing upon it. */
    SCAN_AGAIN
}
