package io.unanimous.coordinator.runtime;

/** A place where a crash is worth trying, named after what has happened by then and what has not. */
public enum CrashPoint {
    /** While the log is read back: some records are taken in, others not. */
    ON_REPLAY,
    /** Everything is read back; the new epoch is not on disk. */
    AFTER_REPLAY_BEFORE_EPOCH,
    /** The new epoch is on disk; nothing was sent in it. */
    AFTER_EPOCH_BEFORE_READY,
    /** Commit was requested; no branch was asked to vote. */
    AFTER_COMMIT_REQUESTED_BEFORE_PREPARE,
    /** A vote was taken in that decides nothing yet. */
    AFTER_FIRST_VOTE,
    /** The decision to commit is made; nothing of it is on disk. */
    BEFORE_APPEND_DECISION,
    /** The decision to commit is on disk; nobody was told. */
    AFTER_SYNC_BEFORE_RELEASE,
    /** Of several branches one was told to commit. */
    BETWEEN_PHASE_TWO_SENDS,
    /** Every branch that is connected was told to commit. */
    AFTER_PHASE_TWO_SENT,
    /** Every branch has acknowledged; the end of the transaction is not on disk. */
    BEFORE_FINISHED_APPEND,
    /** The end of the transaction was written. */
    AFTER_FINISHED_APPEND,
    /** The only branch was told to commit in one phase. */
    AFTER_ONE_PHASE_SENT,
    /** A branch was told to roll back. */
    AFTER_ROLLBACK_SENT
}
