package io.unanimous.sdk;

import java.time.Duration;

/**
 * How a transaction is begun and ended.
 *
 * @param timeout it rolls back unless commit was asked for within this time: 100 ms to 24 h
 * @param allowOnePhase with exactly one branch, commit in one phase without a record. Cheaper, but when the answer of the
 *     branch is lost, nobody but its resource knows the outcome
 * @param allowUnloggedReadOnly when every branch only read, commit without a record. Cheaper, but a later question about
 *     the outcome may be answered "unknown"
 * @param answerAt when commit and rollback return
 * @param answerWithin how long commit and rollback wait for an outcome, 1 ms to 24 h
 */
public record TransactionOptions(
        Duration timeout,
        boolean allowOnePhase,
        boolean allowUnloggedReadOnly,
        AnswerAt answerAt,
        Duration answerWithin) {

    private static final TransactionOptions DEFAULTS = new TransactionOptions(
            Duration.ofSeconds(60), false, false, AnswerAt.ALL_ACKNOWLEDGED, Duration.ofSeconds(30));

    /** When commit and rollback return. */
    public enum AnswerAt {
        /** When every branch has followed the decision: its locks are gone and its work is visible. */
        ALL_ACKNOWLEDGED,
        /** As soon as the decision is durable. */
        DECISION
    }

    /** @throws IllegalArgumentException if a duration is out of bounds */
    public TransactionOptions {
        within("timeout", timeout, Limits.TRANSACTION_TIMEOUT_MIN, Limits.TRANSACTION_TIMEOUT_MAX);
        within("answerWithin", answerWithin, Duration.ofMillis(1), Limits.TRANSACTION_TIMEOUT_MAX);
    }

    /** 60 s, no shortcuts, answered within 30 s when all have acknowledged. */
    public static TransactionOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another timeout. */
    public TransactionOptions withTimeout(Duration timeout) {
        return new TransactionOptions(timeout, allowOnePhase, allowUnloggedReadOnly, answerAt, answerWithin);
    }

    /** These options with both shortcuts, one phase and unlogged read-only, allowed or not. */
    public TransactionOptions withShortcuts(boolean allowOnePhase, boolean allowUnloggedReadOnly) {
        return new TransactionOptions(timeout, allowOnePhase, allowUnloggedReadOnly, answerAt, answerWithin);
    }

    /** These options with another moment of the answer. */
    public TransactionOptions withAnswerAt(AnswerAt answerAt) {
        return new TransactionOptions(timeout, allowOnePhase, allowUnloggedReadOnly, answerAt, answerWithin);
    }

    /** These options with another wait for the answer. */
    public TransactionOptions withAnswerWithin(Duration answerWithin) {
        return new TransactionOptions(timeout, allowOnePhase, allowUnloggedReadOnly, answerAt, answerWithin);
    }

    private static void within(String option, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(option + " must be " + min + " to " + max + ", not " + value);
        }
    }
}
