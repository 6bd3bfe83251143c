package io.unanimous.sdk;

/** The named places at which a test may stop, delay or kill a participant's process. */
public enum CrashPoint {
    /** Before Enlist is sent to the coordinator. */
    BEFORE_ENLIST_SENT,
    /** Before the participant's prepare. */
    BEFORE_PREPARE,
    /** After the participant's prepare, before its vote is sent. */
    AFTER_PREPARE_BEFORE_VOTE,
    /** Before the participant's commit; the evidence of the decision is on disk. */
    BEFORE_COMMIT,
    /** After the participant's commit, before its acknowledgement is sent. */
    AFTER_COMMIT_BEFORE_ACK,
    /** Before the participant's rollback. */
    BEFORE_ROLLBACK,
    /** After the participant's rollback, before its acknowledgement is sent. */
    AFTER_ROLLBACK_BEFORE_ACK,
    /** Before the participant's one-phase commit. */
    BEFORE_ONE_PHASE,
    /** After the participant's one-phase commit, before its acknowledgement is sent. */
    AFTER_ONE_PHASE_BEFORE_ACK,
    /** After a scan found its branches, before it is reported; the transaction id is empty. */
    DURING_SCAN
}
