package io.unanimous.coordinator.transport;

import static io.unanimous.coordinator.transport.Rig.branchId;
import static io.unanimous.coordinator.transport.Rig.enlist;
import static io.unanimous.coordinator.transport.Rig.frame;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.unanimous.coordinator.transport.Rig.Peer;
import io.unanimous.v1.Ack;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.Command;
import io.unanimous.v1.Commit;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.DescribeTransactionRequest;
import io.unanimous.v1.DescribeTransactionResponse;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.GetTransactionRequest;
import io.unanimous.v1.GetTransactionResponse;
import io.unanimous.v1.ListParticipantsRequest;
import io.unanimous.v1.ListParticipantsResponse;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.ListTransactionsResponse;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.Prepare;
import io.unanimous.v1.RollbackRequest;
import io.unanimous.v1.RollbackResponse;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.Vote;
import io.unanimous.v1.VoteCast;
import io.unanimous.v1.WatchTransactionsRequest;
import io.unanimous.v1.WatchTransactionsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A transaction from Begin to the last acknowledgement, in wire messages alone. */
final class EndToEndTest {

    private final Rig rig = new Rig().opened();
    private Peer<ConnectRequest, ConnectResponse> ledger;
    private Peer<ConnectRequest, ConnectResponse> stock;

    @BeforeEach
    void connect() {
        ledger = rig.participant("ledger");
        stock = rig.participant("stock");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void twoBranchesCommit() {
        String transaction = begin();
        join(ledger, transaction, "ledger/a1");
        join(stock, transaction, "stock/b1");

        Peer<CommitRequest, CommitResponse> commit = new Peer<>(true);
        rig.transactions()
                .commit(CommitRequest.newBuilder().setTransactionId(transaction).build(), commit);
        rig.run();
        Prepare prepare = message(ledger).getPrepare();
        assertThat(prepare.getBranch()).isEqualTo(branchId(transaction, "ledger/a1"));
        assertThat(prepare.getEpoch()).isEqualTo(rig.epoch());
        assertThat(prepare.getAttempt()).isEqualTo(1);
        assertThat(prepare.getVoteWithinMs()).isEqualTo(10_000);
        vote(ledger, prepare, Vote.VOTE_PREPARED);
        assertThat(commit.open()).isTrue();
        vote(stock, message(stock).getPrepare(), Vote.VOTE_PREPARED);

        Commit first = message(ledger).getCommit();
        Commit second = message(stock).getCommit();
        assertThat(first.getPayload()).isEqualTo(ByteString.copyFromUtf8("ledger/a1"));
        // The decision is the record after the epoch's and the two resources'.
        assertThat(first.getLogNumber()).isEqualTo(4);
        assertThat(commit.open()).as("answered when all have acknowledged").isTrue();
        ack(ledger, first);
        ack(stock, second);

        assertThat(commit.only().getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
        assertThat(commit.only().getPendingBranches()).isZero();
        assertThat(commit.completed()).isTrue();
        assertThat(outcome(transaction)).isEqualTo(Outcome.OUTCOME_COMMITTED);
    }

    @Test
    void aCommitOfTwoWritingBranchesForcesOneRecordAndSendsTwoMessagesABranchEachWay() {
        Map<String, Long> before = rig.counters.read();
        twoBranchesCommit();
        assertThat(growth(before))
                .containsEntry("log_forced_writes", 1L)
                .containsEntry("log_lazy_writes", 1L)
                .containsEntry("messages_out_prepare", 2L)
                .containsEntry("messages_out_commit", 2L)
                .containsEntry("messages_in_vote", 2L)
                .containsEntry("messages_in_ack", 2L);
    }

    @Test
    void aRefusalRollsBackAndForcesNothing() {
        String transaction = begin();
        join(ledger, transaction, "ledger/a1");
        join(stock, transaction, "stock/b1");
        Map<String, Long> before = rig.counters.read();
        Peer<CommitRequest, CommitResponse> commit = new Peer<>(true);
        rig.transactions()
                .commit(CommitRequest.newBuilder().setTransactionId(transaction).build(), commit);
        rig.run();
        vote(ledger, message(ledger).getPrepare(), Vote.VOTE_PREPARED);
        vote(stock, message(stock).getPrepare(), Vote.VOTE_REFUSED);

        assertThat(message(ledger).hasRollback()).isTrue();
        assertThat(message(stock).hasRollback()).isTrue();
        assertThat(growth(before)).containsEntry("log_forced_writes", 0L).containsEntry("log_lazy_writes", 0L);
        assertThat(outcome(transaction)).isEqualTo(Outcome.OUTCOME_ROLLED_BACK);
    }

    @Test
    void aRollbackIsAnsweredAndRepeatedWithTheSameAnswer() {
        String transaction = begin();
        for (int i = 0; i < 2; i++) {
            Peer<RollbackRequest, RollbackResponse> rollback = new Peer<>(true);
            rig.transactions()
                    .rollback(
                            RollbackRequest.newBuilder()
                                    .setTransactionId(transaction)
                                    .setReason("changed my mind")
                                    .build(),
                            rollback);
            rig.run();
            assertThat(rollback.only().getOutcome()).isEqualTo(Outcome.OUTCOME_ROLLED_BACK);
        }
    }

    @Test
    void aSessionCarriesManyCommandsInOneFrameAndItsRepliesComeBackInOne() {
        Peer<SessionRequest, SessionResponse> session = rig.session();
        SessionRequest.Builder frame = SessionRequest.newBuilder();
        for (int i = 1; i <= 100; i++) {
            frame.addCommands(SessionCommand.newBuilder().setRequestId(i).setBegin(BeginRequest.getDefaultInstance()));
        }
        session.send(frame.build());
        rig.run();
        assertThat(session.only().getRepliesList())
                .hasSize(100)
                .allMatch(SessionReply::hasBegin)
                .extracting(SessionReply::getRequestId)
                .doesNotHaveDuplicates();
        session.halfClose();
        assertThat(session.completed()).isTrue();
    }

    @Test
    void aSessionEndsAGivenTransactionLikeUnaryCallsDo() {
        Peer<SessionRequest, SessionResponse> session = rig.session();
        String transaction = begin();
        join(ledger, transaction, "ledger/a1");
        session.send(SessionRequest.newBuilder()
                .addCommands(SessionCommand.newBuilder()
                        .setRequestId(1)
                        .setCommit(CommitRequest.newBuilder().setTransactionId(transaction)))
                .addCommands(SessionCommand.newBuilder()
                        .setRequestId(2)
                        .setGetTransaction(GetTransactionRequest.newBuilder().setTransactionId(transaction)))
                .build());
        rig.run();
        assertThat(session.only().getReplies(0).getGetTransaction().getOutcome())
                .isEqualTo(Outcome.OUTCOME_IN_PROGRESS);
        session.halfClose();
        assertThat(session.completed()).as("a reply is still owed").isFalse();
        vote(ledger, message(ledger).getPrepare(), Vote.VOTE_PREPARED);
        ack(ledger, message(ledger).getCommit());
        assertThat(session.received().get(1).getReplies(0).getCommit().getOutcome())
                .isEqualTo(Outcome.OUTCOME_COMMITTED);
        assertThat(session.completed()).isTrue();
    }

    @Test
    void operatorsSeeTransactionsParticipantsAndStatus() {
        Peer<WatchTransactionsRequest, WatchTransactionsResponse> watch = new Peer<>(true);
        rig.admin().watchTransactions(WatchTransactionsRequest.getDefaultInstance(), watch);
        rig.run();
        String transaction = begin();
        join(ledger, transaction, "ledger/a1");

        Peer<ListTransactionsRequest, ListTransactionsResponse> list = new Peer<>(true);
        rig.admin()
                .listTransactions(
                        ListTransactionsRequest.newBuilder()
                                .addStates(TransactionState.TRANSACTION_STATE_ACTIVE)
                                .build(),
                        list);
        Peer<DescribeTransactionRequest, DescribeTransactionResponse> describe = new Peer<>(true);
        rig.admin()
                .describeTransaction(
                        DescribeTransactionRequest.newBuilder()
                                .setTransactionId(transaction)
                                .build(),
                        describe);
        Peer<ListParticipantsRequest, ListParticipantsResponse> participants = new Peer<>(true);
        rig.admin().listParticipants(ListParticipantsRequest.getDefaultInstance(), participants);
        Peer<GetStatusRequest, GetStatusResponse> status = new Peer<>(true);
        rig.admin().getStatus(GetStatusRequest.getDefaultInstance(), status);
        rig.run();

        assertThat(list.only().getTransactions(0).getTransactionId()).isEqualTo(transaction);
        assertThat(describe.only().getBranches(0).getBranch()).isEqualTo("ledger/a1");
        assertThat(participants.only().getParticipantsList()).hasSize(2);
        assertThat(status.only().getVersion()).isEqualTo("1.2.3");
        assertThat(status.only().getPosition().getEpoch()).isEqualTo(rig.epoch());
        assertThat(status.only().getCountersMap()).containsKeys("begun", "log_forced_writes", "messages_in_hello");
        assertThat(watch.received()).isNotEmpty();
        assertThat(watch.received().get(0).getTransaction().getTransactionId()).isEqualTo(transaction);
    }

    // ---- the protocol in few words --------------------------------------------------------------------------------

    private String begin() {
        Peer<BeginRequest, BeginResponse> begin = new Peer<>(true);
        rig.transactions().begin(BeginRequest.getDefaultInstance(), begin);
        rig.run();
        return begin.only().getTransactionId();
    }

    private Outcome outcome(String transaction) {
        Peer<GetTransactionRequest, GetTransactionResponse> get = new Peer<>(true);
        rig.transactions()
                .getTransaction(
                        GetTransactionRequest.newBuilder()
                                .setTransactionId(transaction)
                                .build(),
                        get);
        rig.run();
        return get.only().getOutcome();
    }

    private void join(Peer<ConnectRequest, ConnectResponse> participant, String transaction, String branch) {
        participant.send(frame(ParticipantMessage.newBuilder()
                .setEnlist(Enlist.newBuilder()
                        .setBranch(branchId(transaction, branch))
                        .setPayload(ByteString.copyFromUtf8(branch)))));
        rig.run();
        CoordinatorMessage answer = message(participant);
        assertThat(answer.getEnlisted().hasRefusal())
                .as("%s is refused: %s", enlist(transaction, branch), answer)
                .isFalse();
    }

    private void vote(Peer<ConnectRequest, ConnectResponse> participant, Prepare prepare, Vote vote) {
        participant.send(frame(ParticipantMessage.newBuilder()
                .setVote(VoteCast.newBuilder()
                        .setBranch(prepare.getBranch())
                        .setEpoch(prepare.getEpoch())
                        .setAttempt(prepare.getAttempt())
                        .setVote(vote))));
        rig.run();
    }

    private void ack(Peer<ConnectRequest, ConnectResponse> participant, Commit commit) {
        participant.send(frame(ParticipantMessage.newBuilder()
                .setAck(Ack.newBuilder()
                        .setBranch(commit.getBranch())
                        .setEpoch(commit.getEpoch())
                        .setAttempt(commit.getAttempt())
                        .setCommand(Command.COMMAND_COMMIT)
                        .setResult(AckResult.ACK_RESULT_DONE))));
        rig.run();
    }

    /** The one message that a participant got since it was last asked. */
    private static CoordinatorMessage message(Peer<ConnectRequest, ConnectResponse> participant) {
        List<CoordinatorMessage> messages = new ArrayList<>();
        participant.received().forEach(frame -> messages.addAll(frame.getMessagesList()));
        participant.received().clear();
        assertThat(messages).hasSize(1);
        return messages.get(0);
    }

    private Map<String, Long> growth(Map<String, Long> before) {
        Map<String, Long> growth = rig.counters.read();
        growth.replaceAll((name, value) -> value - before.getOrDefault(name, 0L));
        return growth;
    }
}
