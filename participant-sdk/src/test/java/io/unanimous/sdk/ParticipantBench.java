package io.unanimous.sdk;

import com.google.protobuf.ByteString;
import io.unanimous.v1.Ack;
import io.unanimous.v1.BranchAnswer;
import io.unanimous.v1.BranchOutcome;
import io.unanimous.v1.Commit;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.Forget;
import io.unanimous.v1.Inquire;
import io.unanimous.v1.InquiryKind;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.Prepare;
import io.unanimous.v1.Refusal;
import io.unanimous.v1.Rollback;
import io.unanimous.v1.VoteCast;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** One participant, "seats", between a scripted resource and a scripted coordinator. Its words read like the protocol. */
final class ParticipantBench implements AutoCloseable {

    static final String RESOURCE = "seats";

    final ManualEnvironment environment = new ManualEnvironment();
    final FakeCoordinator coordinator = new FakeCoordinator();
    final ScriptedParticipant resource = new ScriptedParticipant();
    final UnanimousClient client;
    final ParticipantHandle handle;

    /** The coordinator's epoch in what it says. */
    long epoch = 5;

    ParticipantBench() {
        this(options -> options);
    }

    ParticipantBench(UnaryOperator<ClientOptions.Builder> adjust) {
        this(adjust, bench -> {});
    }

    ParticipantBench(
            UnaryOperator<ClientOptions.Builder> adjust, java.util.function.Consumer<ScriptedParticipant> prepare) {
        prepare.accept(resource);
        ClientOptions.Builder options =
                ClientOptions.builder("unused").name("bench").channel(coordinator::dial);
        client = new UnanimousClient(adjust.apply(options).build(), environment);
        handle = client.participant(RESOURCE, resource);
        environment.settle();
    }

    /** Connected and welcomed, with nothing found by the first scan. */
    static ParticipantBench welcomed() {
        return welcomed(options -> options);
    }

    static ParticipantBench welcomed(UnaryOperator<ClientOptions.Builder> adjust) {
        ParticipantBench bench = new ParticipantBench(adjust);
        bench.welcome();
        return bench;
    }

    void welcome() {
        coordinator.participant().welcome(Ids.position(epoch, 100));
        environment.settle();
    }

    BranchId branch(int transaction) {
        return handle.branchOf(Ids.transaction(transaction));
    }

    /** A branch that somebody else, or an earlier life, has prepared. */
    BranchId foreignBranch(int transaction) {
        return Ids.branch(transaction, RESOURCE, "earlier1");
    }

    // --------------------------------------------------------------------------------------------------- enlistment

    CompletableFuture<BranchId> enlist(int transaction) {
        CompletableFuture<BranchId> result =
                handle.enlistAsync(Ids.transaction(transaction), new byte[] {7}).toCompletableFuture();
        environment.settle();
        return result;
    }

    CompletableFuture<BranchId> enlistPrepared(int transaction) {
        CompletableFuture<BranchId> result = handle.enlistPreparedAsync(Ids.transaction(transaction), new byte[] {7})
                .toCompletableFuture();
        environment.settle();
        return result;
    }

    void confirm(BranchId branch) {
        send(CoordinatorMessage.newBuilder()
                .setEnlisted(
                        Enlisted.newBuilder().setBranch(Wire.branch(branch)).setEpoch(epoch)));
    }

    void refuse(BranchId branch, String reason) {
        send(CoordinatorMessage.newBuilder()
                .setEnlisted(Enlisted.newBuilder()
                        .setBranch(Wire.branch(branch))
                        .setEpoch(epoch)
                        .setRefusal(Refusal.newBuilder()
                                .setCode(9)
                                .setReason(reason)
                                .setMessage("no"))));
    }

    /** Enlisted and confirmed. */
    BranchId active(int transaction) {
        var unused = enlist(transaction);
        confirm(branch(transaction));
        return branch(transaction);
    }

    /** Enlisted, confirmed, prepared, voted. */
    BranchId prepared(int transaction) {
        BranchId branch = active(transaction);
        prepare(branch, 1);
        return branch;
    }

    // ------------------------------------------------------------------------------------------------------- orders

    void prepare(BranchId branch, int attempt) {
        send(CoordinatorMessage.newBuilder()
                .setPrepare(Prepare.newBuilder()
                        .setBranch(Wire.branch(branch))
                        .setEpoch(epoch)
                        .setAttempt(attempt)
                        .setLogNumber(101)
                        .setVoteWithinMs(10_000)));
    }

    void commit(BranchId branch, int attempt) {
        send(CoordinatorMessage.newBuilder()
                .setCommit(Commit.newBuilder()
                        .setBranch(Wire.branch(branch))
                        .setEpoch(epoch)
                        .setAttempt(attempt)
                        .setLogNumber(102)
                        .setPayload(ByteString.copyFrom(new byte[] {7}))));
    }

    void onePhase(BranchId branch) {
        send(CoordinatorMessage.newBuilder()
                .setCommit(Commit.newBuilder()
                        .setBranch(Wire.branch(branch))
                        .setEpoch(epoch)
                        .setAttempt(1)
                        .setOnePhase(true)));
    }

    void rollback(BranchId branch, int attempt) {
        send(CoordinatorMessage.newBuilder()
                .setRollback(Rollback.newBuilder()
                        .setBranch(Wire.branch(branch))
                        .setEpoch(epoch)
                        .setAttempt(attempt)));
    }

    void forget(BranchId branch) {
        send(CoordinatorMessage.newBuilder()
                .setForget(Forget.newBuilder()
                        .setBranch(Wire.branch(branch))
                        .setEpoch(epoch)
                        .setAttempt(1)));
    }

    void answer(BranchId branch, BranchAnswer answer) {
        send(CoordinatorMessage.newBuilder()
                .setOutcome(BranchOutcome.newBuilder()
                        .setBranch(Wire.branch(branch))
                        .setEpoch(epoch)
                        .setAttempt(1)
                        .setLogNumber(103)
                        .setAnswer(answer)));
    }

    void send(CoordinatorMessage.Builder message) {
        coordinator.participant().send(message.build());
        environment.settle();
    }

    // ---------------------------------------------------------------------------------------------------- what came

    List<Enlist> enlists() {
        return coordinator.participant().received(ParticipantMessage::hasEnlist, ParticipantMessage::getEnlist);
    }

    List<VoteCast> votes() {
        return coordinator.participant().received(ParticipantMessage::hasVote, ParticipantMessage::getVote);
    }

    List<Ack> acks() {
        return coordinator.participant().received(ParticipantMessage::hasAck, ParticipantMessage::getAck);
    }

    List<Inquire> inquiries(InquiryKind kind) {
        return coordinator
                .participant()
                .received(
                        message -> message.hasInquire() && message.getInquire().getKind() == kind,
                        ParticipantMessage::getInquire);
    }

    VoteCast lastVote() {
        return votes().get(votes().size() - 1);
    }

    Ack lastAck() {
        return acks().get(acks().size() - 1);
    }

    void pass(Duration time) {
        environment.pass(time);
    }

    @Override
    public void close() {
        coordinator.close();
    }
}
