package io.unanimous.sim.explore;

/** Something out of the ordinary, which a {@link Scope} allows so many times on one path, 3 at most. */
enum Happening {
    /** A message is delivered, and once more later. */
    DUPLICATE,
    /** A message is gone; one that is only late is so without a ration, in whatever order. */
    LOSS,
    /** A participant's stream ends, and it may connect anew. */
    STREAM_LOSS,
    /** A participant's process dies, perhaps in the middle of a prepare, and comes back as another incarnation. */
    PARTICIPANT_CRASH,
    /** The coordinator dies, and any part of what was not on disk with it. */
    COORDINATOR_CRASH,
    /** Time passes until something is due. */
    DEADLINE,
    /** A participant scans once more than at its connecting. */
    SCAN,
    /** A client asks to commit although not every branch is confirmed. */
    HASTE,
    /** A client repeats its request to commit. */
    COMMIT_AGAIN,
    /** A client asks to roll back. */
    ROLLBACK,
    /** A client asks for the outcome, or an operator looks at it. */
    QUESTION,
    /** An operator overrides or retries. */
    OPERATOR;

    /** The most that any scope may allow of one kind. */
    static final int RATION_MAX = 3;

    private static final int BITS = 2;

    /** How often it has happened, out of all counts in one number. */
    int count(int counts) {
        return (counts >>> (ordinal() * BITS)) & RATION_MAX;
    }

    /** How often anything has happened, out of all counts in one number. */
    static int all(int counts) {
        int lowBits = 0x5555_5555;
        return Integer.bitCount(counts & lowBits) + 2 * Integer.bitCount(counts & ~lowBits);
    }

    /** The counts after it has happened once more. */
    int counted(int counts) {
        return counts + (1 << (ordinal() * BITS));
    }
}
