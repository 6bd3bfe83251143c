package io.unanimous.coordinator.core;

/** Where a transaction stands; which events may move it is said by {@link Transitions}. */
public enum TransactionState {
    /** Branches may enlist. */
    ACTIVE(false),
    /** Commit was requested; votes are being gathered. */
    PREPARING(false),
    /** Decided to commit; some branch has not acknowledged. */
    COMMITTING(false),
    /** Committed, and acknowledged by every branch. */
    COMMITTED(true),
    /** It will not commit; some branch has not acknowledged. */
    ROLLING_BACK(false),
    /** Rolled back; whoever returns learns so by presumption. */
    ROLLED_BACK(true),
    /** The only branch was told to commit in one phase and has not answered. */
    ONE_PHASE(false),
    /** The answer to a one-phase commit was lost. */
    UNKNOWN(true);

    private final boolean finished;

    TransactionState(boolean finished) {
        this.finished = finished;
    }

    /** Whether nothing is owed to any branch any more. */
    public boolean finished() {
        return finished;
    }

    /** Whether no outcome has been decided. */
    public boolean undecided() {
        return this == ACTIVE || this == PREPARING || this == ONE_PHASE;
    }
}
