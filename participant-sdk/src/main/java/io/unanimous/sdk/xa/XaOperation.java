package io.unanimous.sdk.xa;

/** What is asked of an XAResource about a branch whose work has ended. */
enum XaOperation {
    /** {@code prepare(xid)}. */
    PREPARE,
    /** {@code commit(xid, true)}. */
    ONE_PHASE,
    /** {@code commit(xid, false)}. */
    COMMIT,
    /** {@code rollback(xid)} of a branch that is or may be prepared. */
    ROLLBACK,
    /** {@code forget(xid)}. */
    FORGET
}
