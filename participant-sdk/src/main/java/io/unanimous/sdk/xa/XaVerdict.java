package io.unanimous.sdk.xa;

/** What {@link XaRule} makes of an answer. */
enum XaVerdict {
    /** Vote PREPARED. */
    PREPARED,
    /** Vote READ_ONLY. */
    READ_ONLY,
    /** Vote REFUSED; a rollback still goes out. */
    REFUSED,
    /** Done as told. */
    DONE,
    /** One phase: the resource rolled back. */
    ROLLED_BACK,
    /** One phase: nobody knows. */
    UNKNOWN,
    /** The resource had already done on its own what it is now told: forget it there, and done. */
    FORGET,
    /** The resource had committed against the decision. */
    HEURISTIC_COMMITTED,
    /** The resource had rolled back against the decision. */
    HEURISTIC_ROLLED_BACK,
    /** The resource had committed a part. */
    HEURISTIC_MIXED,
    /** The resource cannot tell. */
    HEURISTIC_HAZARD,
    /** Not final: scan the resource completely, beginning now, and let {@link XaRule#afterScan} say. */
    SCAN,
    /** Not final: drop this connection, ask once more on a fresh idle one, then leave it to the coordinator's next try. */
    ASK_AGAIN,
    /** Not final: the coordinator tells it again later. */
    LATER
}
