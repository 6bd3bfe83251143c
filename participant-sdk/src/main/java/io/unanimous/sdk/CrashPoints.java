package io.unanimous.sdk;

/** Told whenever a {@link CrashPoint} is reached. For tests; production uses {@link #NONE}. */
@FunctionalInterface
public interface CrashPoints {

    /** Does nothing. */
    CrashPoints NONE = (point, transactionId) -> {};

    /**
     * A point was reached. Called on the thread that does the work: it may block it, end the process, or throw an
     * error, upon which the work goes no further and nothing is said about it.
     *
     * @param transactionId the transaction, or empty where there is none
     */
    void reached(CrashPoint point, String transactionId);
}
