package io.unanimous.sdk.xa;

import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.ParticipantHandle;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Stands for the client: confirms enlistments at once, unless told otherwise. */
final class FakeHandle implements ParticipantHandle {

    final List<BranchId> enlisted = new CopyOnWriteArrayList<>();
    final AtomicInteger reconnects = new AtomicInteger();
    volatile Supplier<CompletableFuture<BranchId>> answer;

    private final String resource;
    private final String suffix;
    private final XaParticipant participant;

    FakeHandle(String resource, String suffix, XaParticipant participant) {
        this.resource = resource;
        this.suffix = suffix;
        this.participant = participant;
    }

    @Override
    public String resource() {
        return resource;
    }

    @Override
    public BranchId branchOf(String transactionId) {
        return BranchId.of(transactionId, resource, suffix);
    }

    @Override
    public CompletionStage<BranchId> enlistAsync(String transactionId, byte[] payload) {
        BranchId branch = branchOf(transactionId);
        enlisted.add(branch);
        Supplier<CompletableFuture<BranchId>> scripted = answer;
        return scripted == null ? CompletableFuture.completedFuture(branch) : scripted.get();
    }

    @Override
    public CompletionStage<BranchId> enlistPreparedAsync(String transactionId, byte[] payload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public BranchId enlist(String transactionId, byte[] payload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public BranchId enlistPrepared(String transactionId, byte[] payload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean active(String transactionId) {
        return true;
    }

    @Override
    public void resourceReconnected() {
        reconnects.incrementAndGet();
    }

    @Override
    public CompletionStage<Void> connected() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
        participant.ended();
    }
}
