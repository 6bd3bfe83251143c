package io.unanimous.sim.explore;

/**
 * A duty that the model's runtime, disk or participants neglect, to show that the explorer notices. The coordinator is the
 * production code in every case.
 */
public enum Flaw {
    NONE,
    /** The runtime releases effects at once, and does not wait for the record that they await (P6). */
    EFFECTS_BEFORE_SYNC,
    /** A participant votes PREPARED, and has prepared nothing that outlives its process. */
    PREPARE_NOT_DURABLE,
    /** The disk says that it has synced a record, and loses it with the power. */
    SYNC_NOT_DURABLE,
    /** A participant keeps the work of a branch whose enlistment was refused, and votes for it. */
    REFUSED_WORK_KEPT
}
