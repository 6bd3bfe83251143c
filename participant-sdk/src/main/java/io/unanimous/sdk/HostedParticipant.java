package io.unanimous.sdk;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The application's handle of a participant. */
final class HostedParticipant implements ParticipantHandle {

    private final ParticipantHost host;
    private final Stages stages;
    private final Runnable close;

    /** @param close ends the participant, and waits for that within the client's bound */
    HostedParticipant(ParticipantHost host, Stages stages, Runnable close) {
        this.host = host;
        this.stages = stages;
        this.close = close;
    }

    @Override
    public String resource() {
        return host.resource();
    }

    @Override
    public BranchId branchOf(String transactionId) {
        return host.branchOf(transactionId);
    }

    @Override
    public BranchId enlist(String transactionId, byte[] payload) {
        return stages.await(
                enlisting(transactionId, payload, false),
                interrupt -> new CoordinatorUnavailableException(
                        "Interrupted while enlisting in " + transactionId + "; undo the work", interrupt));
    }

    @Override
    public BranchId enlistPrepared(String transactionId, byte[] payload) {
        return stages.await(
                enlisting(transactionId, payload, true),
                interrupt -> new OutcomeUnknownException(transactionId, false, interrupt));
    }

    @Override
    public CompletionStage<BranchId> enlistAsync(String transactionId, byte[] payload) {
        return stages.handOut(enlisting(transactionId, payload, false));
    }

    @Override
    public CompletionStage<BranchId> enlistPreparedAsync(String transactionId, byte[] payload) {
        return stages.handOut(enlisting(transactionId, payload, true));
    }

    private CompletableFuture<BranchId> enlisting(String transactionId, byte[] payload, boolean prepared) {
        if (payload.length > Limits.PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException("The payload of a branch has at most " + Limits.PAYLOAD_BYTES_MAX
                    + " bytes, not " + payload.length);
        }
        return host.enlist(transactionId, ByteString.copyFrom(payload), prepared);
    }

    @Override
    public boolean active(String transactionId) {
        return host.isActive(transactionId);
    }

    @Override
    public void resourceReconnected() {
        host.resourceReconnected();
    }

    @Override
    public CompletionStage<Void> connected() {
        return stages.handOut(host.connected());
    }

    @Override
    public void close() {
        close.run();
    }
}
