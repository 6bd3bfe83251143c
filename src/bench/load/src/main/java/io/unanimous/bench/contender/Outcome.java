package io.unanimous.bench.contender;

/** What became of a transaction. */
public enum Outcome {
    /** Committed by every participant. */
    COMMITTED,
    /** Rolled back by every participant. */
    ROLLED_BACK
}
