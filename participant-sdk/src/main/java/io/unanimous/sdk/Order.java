package io.unanimous.sdk;

import com.google.protobuf.ByteString;

/**
 * A command of the coordinator for one branch, however it came: as a command, or as the answer to an inquiry.
 *
 * @param kind what to do
 * @param branch to which branch
 * @param coordinator the store of the coordinator that told it
 * @param epoch that coordinator's epoch; goes back in the answer
 * @param attempt counts its deliveries, from 1; goes back in the answer
 * @param payload for a commit: what the branch enlisted with
 * @param recovery it answers an inquiry: an earlier attempt may have reached the resource
 * @param dueNanos for a prepare: when the vote is too late, by the SDK's clock
 */
record Order(
        Kind kind,
        BranchId branch,
        String coordinator,
        long epoch,
        int attempt,
        ByteString payload,
        boolean recovery,
        long dueNanos) {

    /** What a branch can be told to do. */
    enum Kind {
        PREPARE,
        COMMIT,
        ONE_PHASE,
        ROLLBACK,
        FORGET
    }

    int partition() {
        return Names.partitionOf(branch.transactionId());
    }

    @Override
    public String toString() {
        return kind + " of " + branch + " (epoch " + epoch + ", attempt " + attempt + ")";
    }
}
