package io.unanimous.coordinator.core;

/** Why a request was refused: stable words for programs, each with the kind of error that it is. */
public enum RefusalReason {
    /** Not a transaction id or branch name at all. */
    MALFORMED_ID(Kind.INVALID),
    /** An id of the current epoch whose sequence was never minted. */
    NEVER_MINTED(Kind.INVALID),
    /** A size, count or duration outside its limits. */
    LIMIT_EXCEEDED(Kind.INVALID),
    /** A protocol version that is not spoken here. */
    PROTOCOL_VERSION(Kind.INVALID),
    /** A message that may not come at this point of its stream. */
    OUT_OF_ORDER(Kind.INVALID),
    /** A required field is missing or has no meaning. */
    MALFORMED_MESSAGE(Kind.INVALID),
    /** A branch of a resource that the participant did not register. */
    NOT_YOUR_RESOURCE(Kind.INVALID),
    /** A vote for a branch that another incarnation enlisted. */
    NOT_YOUR_BRANCH(Kind.INVALID),
    /** An override without a reason. */
    REASON_MISSING(Kind.INVALID),
    /** An id's tail that fits several transactions. */
    AMBIGUOUS_ID(Kind.INVALID),
    /** No record of the id, and nothing may be presumed. */
    NOT_FOUND(Kind.NOT_FOUND),
    /** An id that another coordinator minted. */
    FOREIGN_ID(Kind.NOT_FOUND),
    /** The transaction has no such branch. */
    BRANCH_NOT_FOUND(Kind.NOT_FOUND),
    /** The transaction takes no more branches. */
    TRANSACTION_NOT_ACTIVE(Kind.STATE),
    /** The coordinator is in HOLD and takes no new work. */
    IN_HOLD(Kind.STATE),
    /** The transaction is committed. */
    ALREADY_COMMITTED(Kind.STATE),
    /** Another incarnation enlisted a branch of this name. */
    ALREADY_ENLISTED(Kind.STATE),
    /** An undecided transaction within its deadline is not touched. */
    LIVE_TRANSACTION(Kind.STATE),
    /** The transaction is not in the state that the operator expected. */
    STATE_MISMATCH(Kind.STATE),
    /** Nothing there needs this override. */
    NOTHING_TO_RESOLVE(Kind.STATE),
    /** A commit is unacknowledged and its branch unresolved. */
    UNACKNOWLEDGED_COMMIT(Kind.STATE),
    /** The coordinator is not in HOLD. */
    NOT_IN_HOLD(Kind.STATE),
    /** The evidence named is not the present one. */
    EVIDENCE_MISMATCH(Kind.STATE),
    /** The resource's name is bound to something else. */
    FINGERPRINT_MISMATCH(Kind.STATE),
    /** The transaction is rolled back. */
    ROLLED_BACK(Kind.ABORTED),
    /** The same incarnation connected anew. */
    SUPERSEDED(Kind.ABORTED),
    /** Shed under load. */
    OVERLOADED(Kind.EXHAUSTED),
    /** The limit of open transactions is reached. */
    TOO_MANY_TRANSACTIONS(Kind.EXHAUSTED),
    /** The limit of streams is reached. */
    TOO_MANY_STREAMS(Kind.EXHAUSTED),
    /** The peer reads too slowly. */
    SLOW_READER(Kind.EXHAUSTED),
    /** The disk is nearly full: what has begun is finished, and nothing new is begun. */
    LOW_DISK_SPACE(Kind.EXHAUSTED),
    /** The outcome of a write is not known: ask again. */
    OUTCOME_UNKNOWN(Kind.UNAVAILABLE),
    /** Starting, stopping, or still gathering what is needed to answer. */
    NOT_READY(Kind.UNAVAILABLE),
    /** Nothing was heard of the peer for too long. */
    PEER_SILENT(Kind.UNAVAILABLE);

    /** The kind of an error; the edge has one status code for each. */
    public enum Kind {
        INVALID,
        NOT_FOUND,
        STATE,
        ABORTED,
        EXHAUSTED,
        UNAVAILABLE
    }

    private final Kind kind;

    RefusalReason(Kind kind) {
        this.kind = kind;
    }

    /** The kind of error. */
    public Kind kind() {
        return kind;
    }
}
