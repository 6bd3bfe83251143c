package io.unanimous.sdk;

/**
 * How the end of a branch went at its resource.
 *
 * @param result what happened
 * @param detail what the resource said, for operators; may be empty. Cut to 512 bytes on the wire
 */
public record Ending(Result result, String detail) {

    private static final Ending DONE = new Ending(Result.DONE, "");

    /** What happened at the resource. */
    public enum Result {
        /** Done as told, now or before. For a one-phase commit: committed. */
        DONE,
        /** Not done, or not known yet: the coordinator tells it again later. Not an answer to a one-phase commit. */
        RETRY,
        /** The resource had committed on its own. */
        HEURISTIC_COMMITTED,
        /** The resource had rolled back on its own. */
        HEURISTIC_ROLLED_BACK,
        /** The resource had committed part of the branch on its own. */
        HEURISTIC_MIXED,
        /** The resource cannot tell what it did. */
        HEURISTIC_HAZARD,
        /** One-phase commit only: the resource rolled back, and nothing of the branch was done. */
        ROLLED_BACK,
        /** One-phase commit only: the answer was lost, and nobody but the resource knows. */
        UNKNOWN
    }

    /** Done as told, now or before. */
    public static Ending done() {
        return DONE;
    }

    /** Not done yet, for a reason that is no fault: for instance that the branch is still busy. */
    public static Ending retry(String detail) {
        return new Ending(Result.RETRY, detail);
    }

    /**
     * The resource ended the branch on its own.
     *
     * @param result one of the four {@code HEURISTIC_} results
     * @throws IllegalArgumentException for any other
     */
    public static Ending heuristic(Result result, String detail) {
        switch (result) {
            case HEURISTIC_COMMITTED, HEURISTIC_ROLLED_BACK, HEURISTIC_MIXED, HEURISTIC_HAZARD -> {
                return new Ending(result, detail);
            }
            case DONE, RETRY, ROLLED_BACK, UNKNOWN -> throw new IllegalArgumentException("Not heuristic: " + result);
        }
        throw new IllegalStateException("Unknown result " + result);
    }

    /** One-phase commit only: the resource rolled back, and nothing of the branch was done. */
    public static Ending rolledBack(String detail) {
        return new Ending(Result.ROLLED_BACK, detail);
    }

    /** One-phase commit only: whether it committed cannot be told. */
    public static Ending unknown(String detail) {
        return new Ending(Result.UNKNOWN, detail);
    }
}
