package io.unanimous.bench.ours;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Outcome;
import io.unanimous.bench.contender.ServerProcess;
import io.unanimous.bench.contender.Setting;
import io.unanimous.bench.contender.Verdict;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.RolledBackException;
import io.unanimous.sdk.TransactionOptions;
import io.unanimous.sdk.TransactionOutcome;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetStatusResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A coordinator of ours, loaded through the SDK as an application would: one client, a participant for each resource, the
 * asynchronous calls. No transaction allows a shortcut, and commit is answered after every acknowledgement.
 */
final class OursContender implements Contender {

    private static final int CONNECT_SECONDS = 30;
    private static final int STATUS_SECONDS = 30;
    private static final byte[] PAYLOAD = new byte[16];

    private final ServerProcess server;
    private final String address;
    private final UnanimousClient client;
    private final List<NoOpParticipant> participants = new ArrayList<>();
    private final List<ParticipantHandle> handles = new ArrayList<>();
    private final TransactionOptions options = TransactionOptions.defaults();

    private OursContender(ServerProcess server, String address) {
        this.server = server;
        this.address = address;
        client = UnanimousClient.connect(address);
    }

    /** Connects to a coordinator that serves, and ends it with the contender. */
    static OursContender connect(ServerProcess server, String address, Setting setting) throws Exception {
        OursContender contender = new OursContender(server, address);
        try {
            contender.enter(setting.participants());
            return contender;
        } catch (Throwable failed) {
            contender.close();
            throw failed;
        }
    }

    private void enter(int count) throws Exception {
        for (int number = 0; number < count; number++) {
            // The first pays, the others are paid: the sum of all balances stays zero.
            NoOpParticipant participant = new NoOpParticipant(number == 0 ? 1 - count : 1);
            participants.add(participant);
            ParticipantHandle handle = client.participant("bench-" + number, participant);
            handle.connected().toCompletableFuture().get(CONNECT_SECONDS, TimeUnit.SECONDS);
            handles.add(handle);
        }
    }

    @Override
    public CompletionStage<Outcome> transact(int slot) {
        return client.beginAsync(options).thenCompose(this::enlistAndCommit);
    }

    private CompletionStage<Outcome> enlistAndCommit(GlobalTransaction transaction) {
        CompletionStage<BranchId> enlisted = handles.get(0).enlistAsync(transaction.id(), PAYLOAD);
        for (int number = 1; number < handles.size(); number++) {
            enlisted = enlisted.thenCombine(
                    handles.get(number).enlistAsync(transaction.id(), PAYLOAD), (first, second) -> first);
        }
        return enlisted.thenCompose(all -> transaction.commitAsync())
                .thenApply(OursContender::acknowledged)
                .exceptionally(OursContender::rolledBack);
    }

    private static Outcome acknowledged(TransactionOutcome outcome) {
        if (outcome.status() != TransactionOutcome.Status.COMMITTED
                || outcome.pendingBranches() > 0
                || outcome.heuristic() != TransactionOutcome.Heuristic.NONE) {
            throw new IllegalStateException("not committed everywhere: " + outcome);
        }
        return Outcome.COMMITTED;
    }

    private static Outcome rolledBack(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RolledBackException) {
            return Outcome.ROLLED_BACK;
        }
        throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
    }

    @Override
    public Verdict verify(Counts counts) throws Exception {
        GetStatusResponse status = status();
        Verdict.Builder verdict = Verdict.builder()
                .equal("begun at the coordinator", counts.begun(), counter(status, "begun"))
                .equal("committed at the coordinator", counts.committed(), counter(status, "committed"))
                .equal("rolled back at the coordinator", counts.rolledBack(), counter(status, "rolled_back"))
                .equal("committed without a record", 0, counter(status, "committed_unlogged"))
                .equal("committed in one phase", 0, counter(status, "committed_one_phase"))
                .equal("branches in doubt", 0, status.getInDoubtBranches());
        long total = 0;
        for (int number = 0; number < participants.size(); number++) {
            NoOpParticipant participant = participants.get(number);
            verdict.equal("commits at participant " + number, counts.committed(), participant.committed());
            total += participant.balance();
        }
        return verdict.equal("total of all balances", 0, total).build();
    }

    private static long counter(GetStatusResponse status, String name) {
        Long count = status.getCountersMap().get(name);
        if (count == null) {
            throw new IllegalStateException("the daemon has no counter " + name + ": " + status.getCountersMap());
        }
        return count;
    }

    private GetStatusResponse status() throws InterruptedException {
        ManagedChannel channel = Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
                .build();
        try {
            return AdminServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(STATUS_SECONDS, TimeUnit.SECONDS)
                    .getStatus(GetStatusRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
            var unused = channel.awaitTermination(STATUS_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() throws Exception {
        try {
            client.close();
        } finally {
            server.close();
        }
    }
}
