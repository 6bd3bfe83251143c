package io.unanimous.coordinator.core;

/** What became of a transaction, as its clients see it. */
public enum Outcome {
    /** Not decided yet. */
    IN_PROGRESS,
    /** The decision to commit is durable. */
    COMMITTED,
    /** Rolled back, or will be as soon as a branch asks. */
    ROLLED_BACK,
    /** Nobody but the resource can tell. */
    UNKNOWN
}
