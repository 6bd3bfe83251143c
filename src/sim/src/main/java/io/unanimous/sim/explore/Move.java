package io.unanimous.sim.explore;

/**
 * One thing that may happen next.
 *
 * @param kind what
 * @param subject a participant, a branch, a message, or how many records survive
 * @param choice which way it goes, where there is more than one
 */
record Move(Kind kind, int subject, int choice) {

    enum Kind {
        SYNC,
        START,
        CRASH,
        DEADLINE,
        WORK,
        CONNECT,
        SCAN,
        REPORT,
        LOSE_STREAM,
        DIE,
        PREPARE_LATE,
        DELIVER,
        DELIVER_TWICE,
        LOSE,
        COMMIT,
        COMMIT_AGAIN,
        ROLL_BACK,
        ASK,
        OVERRIDE
    }

    static Move of(Kind kind) {
        return new Move(kind, 0, 0);
    }

    static Move of(Kind kind, int subject) {
        return new Move(kind, subject, 0);
    }
}
