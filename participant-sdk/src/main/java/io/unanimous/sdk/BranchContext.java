package io.unanimous.sdk;

/**
 * What a participant is told about the branch that a call is for. Immutable.
 */
public final class BranchContext {

    private final BranchId id;
    private final byte[] payload;
    private final int attempt;
    private final boolean afterRestart;

    /**
     * A context; the SDK makes them, and tests of participants may.
     *
     * @param id the branch
     * @param payload what the branch enlisted with; empty where it is not known (roll back and forget after a restart)
     * @param attempt counts the coordinator's deliveries of this command to this branch, from 1
     * @param afterRestart see {@link #afterRestart()}
     */
    public BranchContext(BranchId id, byte[] payload, int attempt, boolean afterRestart) {
        this.id = id;
        this.payload = payload.clone();
        this.attempt = attempt;
        this.afterRestart = afterRestart;
    }

    /** The branch. */
    public BranchId id() {
        return id;
    }

    /** The transaction's full id. */
    public String transactionId() {
        return id.transactionId();
    }

    /** The branch's name, "resource/suffix". */
    public String branch() {
        return id.branch();
    }

    /** The resource that the branch belongs to. */
    public String resource() {
        return id.resource();
    }

    /**
     * What the branch enlisted with, a copy. Commit brings it back from the coordinator's log, so that a participant
     * finds its work again after a restart. Empty where it is not known: roll back and forget after a restart.
     */
    public byte[] payload() {
        return payload.clone();
    }

    /** Counts the coordinator's deliveries of this command to this branch, from 1. */
    public int attempt() {
        return attempt;
    }

    /**
     * Whether an earlier attempt at this command, perhaps in an earlier life of this or another process, may have
     * reached the resource. False only when this client saw the branch from its enlistment on and carries out the
     * command for the first time.
     */
    public boolean afterRestart() {
        return afterRestart;
    }

    @Override
    public String toString() {
        return id + " attempt " + attempt + (afterRestart ? " after restart" : "");
    }
}
