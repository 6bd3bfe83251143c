package io.unanimous.coordinator.transport;

import static io.unanimous.coordinator.transport.Rig.enlist;
import static io.unanimous.coordinator.transport.Rig.frame;
import static io.unanimous.coordinator.transport.Rig.hello;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.RefusalReason;
import io.unanimous.coordinator.runtime.LoopLimits;
import io.unanimous.coordinator.transport.Rig.Peer;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.Heartbeat;
import io.unanimous.v1.Inquire;
import io.unanimous.v1.ListParticipantsRequest;
import io.unanimous.v1.ListParticipantsResponse;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.Vote;
import io.unanimous.v1.VoteCast;
import io.unanimous.v1.WatchTransactionsRequest;
import io.unanimous.v1.WatchTransactionsResponse;
import io.unanimous.v1.Welcome;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What streams hear and say, in order and out of it, and what becomes of those who break the rules. */
final class StreamsTest {

    private static final ParticipantMessage.Builder HELLO =
            ParticipantMessage.newBuilder().setHello(hello("ledger"));

    private Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    private void use(Limits limits, EdgeLimits edge, LoopLimits loop) {
        rig.close();
        rig = new Rig(limits, edge, loop).opened();
    }

    private static RefusalReason reason(Throwable error) {
        try {
            com.google.rpc.Status status = StatusProto.fromThrowable(error);
            return RefusalReason.valueOf(
                    status.getDetails(0).unpack(ErrorInfo.class).getReason());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void bytesThatAreNoMessageAreRefusedInWords() {
        use(Limits.defaults(), EdgeLimits.defaults(), LoopLimits.defaults());
        byte[] garbled = {(byte) 0xff, (byte) 0xff, (byte) 0xff};
        Rig.Peer<byte[], ConnectResponse> stream = new Rig.Peer<>(true);
        stream.bind(ClientCalls.asyncBidiStreamingCall(
                rig.channel.newCall(WireFuzz.raw(ParticipantServiceGrpc.getConnectMethod()), CallOptions.DEFAULT),
                stream));
        stream.send(garbled);
        Rig.Peer<byte[], GetStatusResponse> call = new Rig.Peer<>(true);
        ClientCalls.asyncUnaryCall(
                rig.channel.newCall(WireFuzz.raw(AdminServiceGrpc.getGetStatusMethod()), CallOptions.DEFAULT),
                garbled,
                call);
        rig.run();

        for (Throwable error : List.of(stream.error(), call.error())) {
            assertThat(code(error)).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(reason(error)).isEqualTo(RefusalReason.MALFORMED_MESSAGE);
        }
    }

    private static Status.Code code(Throwable error) {
        return Status.fromThrowable(error).getCode();
    }

    private int participants() {
        Peer<ListParticipantsRequest, ListParticipantsResponse> list = new Peer<>(true);
        rig.admin().listParticipants(ListParticipantsRequest.getDefaultInstance(), list);
        rig.run();
        return list.only().getParticipantsCount();
    }

    private String begin() {
        Peer<BeginRequest, BeginResponse> begin = new Peer<>(true);
        rig.transactions().begin(BeginRequest.getDefaultInstance(), begin);
        rig.run();
        return begin.only().getTransactionId();
    }

    // ---- participants ---------------------------------------------------------------------------------------------

    @Test
    void helloIsAnsweredByWelcome() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.connect();
        peer.send(frame(HELLO));
        rig.run();
        Welcome welcome = peer.only().getMessages(0).getWelcome();
        assertThat(welcome.getPosition().getCoordinator()).isEqualTo(Rig.STORE.toString());
        assertThat(welcome.getPosition().getEpoch()).isEqualTo(rig.epoch());
        assertThat(welcome.getPosition().getEpochNonce()).isEqualTo(7);
        // The epoch's record and the resource's: whatever is shown is on disk.
        assertThat(welcome.getPosition().getLogNumber()).isEqualTo(2);
        assertThat(welcome.getHeartbeatMs()).isEqualTo(5_000);
        assertThat(welcome.getPrepareTimeoutMs()).isEqualTo(10_000);
        assertThat(welcome.getHold()).isFalse();
    }

    @Test
    void anythingBeforeHelloEndsTheStream() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.connect();
        peer.send(frame(ParticipantMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()), HELLO));
        assertThat(reason(peer.error())).isEqualTo(RefusalReason.OUT_OF_ORDER);
        assertThat(code(peer.error())).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(participants()).isZero();
    }

    @Test
    void aSecondHelloEndsTheStream() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.participant("ledger");
        peer.send(frame(HELLO));
        assertThat(reason(peer.error())).isEqualTo(RefusalReason.OUT_OF_ORDER);
        assertThat(participants()).isZero();
    }

    @Test
    void twoHellosInOneFrameConnectNobody() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.connect();
        peer.send(frame(HELLO, HELLO));
        assertThat(reason(peer.error())).isEqualTo(RefusalReason.OUT_OF_ORDER);
        assertThat(participants()).isZero();
    }

    @Test
    void anotherProtocolVersionEndsTheStream() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.connect();
        peer.send(frame(ParticipantMessage.newBuilder().setHello(hello("ledger").setProtocolVersion(2))));
        assertThat(reason(peer.error())).isEqualTo(RefusalReason.PROTOCOL_VERSION);
    }

    @Test
    void anEmptyMessageAndAnEmptyFrameEndTheStream() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> message = rig.participant("ledger");
        message.send(frame(ParticipantMessage.newBuilder()));
        assertThat(reason(message.error())).isEqualTo(RefusalReason.MALFORMED_MESSAGE);
        Peer<ConnectRequest, ConnectResponse> empty = rig.participant("stock");
        empty.send(ConnectRequest.getDefaultInstance());
        assertThat(reason(empty.error())).isEqualTo(RefusalReason.LIMIT_EXCEEDED);
    }

    @Test
    void aFrameWithTooManyMessagesEndsTheStreamAndNothingOfItIsTakenIn() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.connect();
        ConnectRequest.Builder frame = ConnectRequest.newBuilder().addMessages(HELLO);
        for (int i = 0; i < 1_024; i++) {
            frame.addMessages(ParticipantMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
        }
        peer.send(frame.build());
        assertThat(reason(peer.error())).isEqualTo(RefusalReason.LIMIT_EXCEEDED);
        assertThat(participants()).isZero();
    }

    @Test
    void aFrameOf256KiBIsTakenAndALargerOneEndsTheStream() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.participant("ledger");
        String transaction = begin();
        ConnectRequest.Builder frame = ConnectRequest.newBuilder();
        for (int i = 0; i < 62; i++) {
            frame.addMessages(ParticipantMessage.newBuilder()
                    .setEnlist(Enlist.newBuilder()
                            .setBranch(Rig.branchId(transaction, "ledger/a" + i))
                            .setPayload(ByteString.copyFrom(new byte[4_096]))));
        }
        int room = (256 << 10) - frame.build().getSerializedSize();
        Enlist.Builder last = Enlist.newBuilder().setBranch(Rig.branchId(transaction, "ledger/last"));
        frame.addMessages(ParticipantMessage.newBuilder().setEnlist(last));
        int overhead = frame.build().getSerializedSize() - ((256 << 10) - room);
        // What a payload costs besides its bytes: three tags and lengths that grow by a byte each.
        for (int payload = room - overhead - 8; ; payload++) {
            frame.setMessages(
                    62,
                    ParticipantMessage.newBuilder().setEnlist(last.setPayload(ByteString.copyFrom(new byte[payload]))));
            if (frame.build().getSerializedSize() == 256 << 10) {
                break;
            }
        }
        peer.send(frame.build());
        rig.run();
        assertThat(peer.error()).isNull();
        assertThat(peer.only().getMessagesList()).hasSize(63);
        frame.getMessagesBuilder(62)
                .getEnlistBuilder()
                .setPayload(last.getPayload().concat(ByteString.copyFrom(new byte[1])));
        peer.send(frame.build());
        assertThat(reason(peer.error())).isEqualTo(RefusalReason.LIMIT_EXCEEDED);
    }

    @Test
    void aFaultyEnlistmentIsRefusedByItself() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.participant("ledger");
        String transaction = begin();
        peer.send(frame(
                enlist("rubbish", "ledger/a1"),
                enlist(transaction, "nobody"),
                enlist(transaction, "other/a1"),
                enlist(transaction, "ledger/a1")));
        rig.run();
        List<Enlisted> answers = peer.received().stream()
                .flatMap(frame -> frame.getMessagesList().stream())
                .map(CoordinatorMessage::getEnlisted)
                .toList();
        assertThat(answers)
                .extracting(answer -> answer.getRefusal().getReason())
                .containsExactlyInAnyOrder("MALFORMED_ID", "MALFORMED_ID", "NOT_YOUR_RESOURCE", "");
        assertThat(answers).allMatch(answer -> answer.getEpoch() == rig.epoch());
        assertThat(peer.open()).isTrue();
    }

    @Test
    void aFaultyVoteEndsTheStreamAndNothingOfItsFrameIsTakenIn() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.participant("ledger");
        String transaction = begin();
        peer.send(frame(
                enlist(transaction, "ledger/a1"),
                ParticipantMessage.newBuilder().setVote(VoteCast.newBuilder().setVote(Vote.VOTE_PREPARED))));
        rig.run();
        assertThat(reason(peer.error())).isEqualTo(RefusalReason.MALFORMED_ID);
        assertThat(peer.received()).isEmpty();
        assertThat(participants()).isZero();
    }

    @Test
    void anInquiryForAnothersResourceEndsTheStream() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.participant("ledger");
        peer.send(frame(ParticipantMessage.newBuilder()
                .setInquire(Inquire.newBuilder()
                        .setResource("stock")
                        .setKind(io.unanimous.v1.InquiryKind.INQUIRY_KIND_SCAN)
                        .setReportId(1)
                        .setLast(true))));
        rig.run();
        assertThat(reason(peer.error())).isEqualTo(RefusalReason.NOT_YOUR_RESOURCE);
        assertThat(participants()).isZero();
    }

    @Test
    void theSameIncarnationAnewEndsItsOlderStream() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> older = rig.participant("ledger");
        Peer<ConnectRequest, ConnectResponse> newer = rig.participant("ledger");
        assertThat(reason(older.error())).isEqualTo(RefusalReason.SUPERSEDED);
        assertThat(code(older.error())).isEqualTo(Status.Code.ABORTED);
        assertThat(newer.open()).isTrue();
        assertThat(participants()).isEqualTo(1);
    }

    @Test
    void aParticipantThatLeavesIsGone() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> cancelled = rig.participant("ledger");
        Peer<ConnectRequest, ConnectResponse> closed = rig.participant("stock");
        assertThat(participants()).isEqualTo(2);
        cancelled.cancel();
        closed.halfClose();
        assertThat(participants()).isZero();
        assertThat(closed.completed()).isTrue();
    }

    @Test
    void aHeartbeatIsSaidWhenNothingElseWas() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> peer = rig.participant("ledger");
        rig.edge.beat();
        assertThat(peer.received()).as("Welcome was said in this time").isEmpty();
        peer.send(frame(ParticipantMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance())));
        rig.edge.beat();
        Heartbeat heartbeat = peer.only().getMessages(0).getHeartbeat();
        assertThat(heartbeat.getPosition().getEpoch()).isEqualTo(rig.epoch());
        assertThat(heartbeat.getPosition().getLogNumber()).isEqualTo(2);
        assertThat(heartbeat.getHold()).isFalse();
    }

    @Test
    void aSilentParticipantIsDroppedAfterFourHeartbeats() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> silent = rig.participant("ledger");
        Peer<ConnectRequest, ConnectResponse> alive = rig.participant("stock");
        Peer<ConnectRequest, ConnectResponse> mute = rig.connect();
        for (int i = 0; i < 5; i++) {
            assertThat(silent.open()).as("before beat %s", i).isTrue();
            alive.send(frame(ParticipantMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance())));
            rig.edge.beat();
        }
        assertThat(reason(silent.error())).isEqualTo(RefusalReason.PEER_SILENT);
        assertThat(reason(mute.error())).as("never said Hello").isEqualTo(RefusalReason.PEER_SILENT);
        assertThat(alive.open()).isTrue();
        assertThat(participants()).isEqualTo(1);
    }

    /** Hazard 40: a loop that does not keep up must not take those whom it keeps waiting for dead. */
    @Test
    void aParticipantThatIsHeldBackIsNotTakenToBeSilent() {
        use(Limits.defaults(), EdgeLimits.defaults(), new LoopLimits(100, 2, 100, 100));
        Peer<ConnectRequest, ConnectResponse> ledger = rig.participant("ledger");
        String transaction = begin();
        for (int i = 0; i < 8; i++) {
            rig.transactions()
                    .commit(
                            CommitRequest.newBuilder()
                                    .setTransactionId(transaction)
                                    .build(),
                            new Peer<CommitRequest, CommitResponse>(true));
        }
        ledger.send(frame(ParticipantMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance())));
        for (int i = 0; i < 10; i++) {
            rig.edge.beat();
        }
        assertThat(ledger.open()).isTrue();
        rig.run();
        for (int i = 0; i < 4; i++) {
            rig.edge.beat();
        }
        assertThat(reason(ledger.error())).as("read again, and silent").isEqualTo(RefusalReason.PEER_SILENT);
    }

    @Test
    void aSlowReaderIsCutOffAndItsWorkWaitsForItsReturn() {
        use(Limits.defaults(), EdgeLimits.defaults().withOutbound(500, 10), LoopLimits.defaults());
        Peer<ConnectRequest, ConnectResponse> slow = rig.connectUnread();
        slow.send(frame(HELLO));
        rig.run();
        String transaction = begin();
        for (int i = 0; slow.error() == null && i < 100; i++) {
            slow.send(frame(enlist(transaction, "ledger/a" + i)));
            rig.run();
        }
        assertThat(reason(slow.error())).isEqualTo(RefusalReason.SLOW_READER);
        assertThat(code(slow.error())).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(participants()).isZero();
        Peer<ConnectRequest, ConnectResponse> back = rig.participant("ledger");
        Peer<CommitRequest, CommitResponse> commit = new Peer<>(true);
        rig.transactions()
                .commit(CommitRequest.newBuilder().setTransactionId(transaction).build(), commit);
        rig.run();
        assertThat(back.received().get(0).getMessages(0).hasPrepare()).isTrue();
    }

    @Test
    void whatWaitsForASlowReaderGoesOutInOrderWhenItReads() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> slow = rig.connectUnread();
        slow.send(frame(HELLO));
        rig.run();
        String transaction = begin();
        for (int i = 0; i < 5; i++) {
            slow.send(frame(enlist(transaction, "ledger/a" + i)));
            rig.run();
        }
        assertThat(slow.received()).isEmpty();
        slow.read(10);
        List<CoordinatorMessage> messages = slow.received().stream()
                .flatMap(frame -> frame.getMessagesList().stream())
                .toList();
        assertThat(messages.get(0).hasWelcome()).isTrue();
        assertThat(messages.subList(1, 6))
                .extracting(message -> message.getEnlisted().getBranch().getBranch())
                .containsExactly("ledger/a0", "ledger/a1", "ledger/a2", "ledger/a3", "ledger/a4");
        assertThat(slow.received()).as("gathered into frames").hasSizeLessThan(6);
    }

    @Test
    void streamsAreAdmittedUpToTheirLimit() {
        use(Limits.defaults(), EdgeLimits.defaults().withStreamsMax(2), LoopLimits.defaults());
        Peer<ConnectRequest, ConnectResponse> first = rig.participant("ledger");
        Peer<SessionRequest, SessionResponse> second = rig.session();
        Peer<ConnectRequest, ConnectResponse> third = rig.connect();
        assertThat(first.open()).isTrue();
        assertThat(second.open()).isTrue();
        assertThat(reason(third.error())).isEqualTo(RefusalReason.TOO_MANY_STREAMS);
        first.cancel();
        assertThat(rig.connect().open()).isTrue();
    }

    // ---- sessions -------------------------------------------------------------------------------------------------

    private static SessionCommand.Builder beginCommand(long id) {
        return SessionCommand.newBuilder().setRequestId(id).setBegin(BeginRequest.getDefaultInstance());
    }

    private static SessionRequest commands(SessionCommand.Builder... commands) {
        SessionRequest.Builder frame = SessionRequest.newBuilder();
        for (SessionCommand.Builder command : commands) {
            frame.addCommands(command);
        }
        return frame.build();
    }

    @Test
    void aFaultyCommandIsRefusedByItself() {
        rig.opened();
        Peer<SessionRequest, SessionResponse> session = rig.session();
        session.send(commands(
                SessionCommand.newBuilder()
                        .setRequestId(1)
                        .setCommit(CommitRequest.newBuilder().setTransactionId("rubbish")),
                SessionCommand.newBuilder().setRequestId(2),
                beginCommand(3)));
        rig.run();
        List<SessionReply> replies = session.received().stream()
                .flatMap(frame -> frame.getRepliesList().stream())
                .toList();
        assertThat(replies).hasSize(3);
        assertThat(replies.get(0).getRefusal().getReason()).isEqualTo("MALFORMED_ID");
        assertThat(replies.get(0).getRefusal().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
        assertThat(replies.get(1).getRefusal().getReason()).isEqualTo("MALFORMED_MESSAGE");
        assertThat(replies.get(2).hasBegin()).isTrue();
        assertThat(session.open()).isTrue();
    }

    @Test
    void aRequestIdThatStillWaitsMayNotBeUsedAgain() {
        rig.opened();
        Peer<SessionRequest, SessionResponse> session = rig.session();
        session.send(commands(beginCommand(1)));
        rig.run();
        session.send(commands(beginCommand(1)));
        rig.run();
        assertThat(session.received()).as("answered, and free again").hasSize(2);
        session.send(commands(beginCommand(2), beginCommand(2)));
        assertThat(reason(session.error())).isEqualTo(RefusalReason.OUT_OF_ORDER);
    }

    @Test
    void aFrameOfTooManyCommandsEndsTheSession() {
        rig.opened();
        Peer<SessionRequest, SessionResponse> session = rig.session();
        SessionRequest.Builder frame = SessionRequest.newBuilder();
        for (int i = 0; i < 1_024; i++) {
            frame.addCommands(beginCommand(i));
        }
        session.send(frame.build());
        rig.run();
        assertThat(session.open()).isTrue();
        session.send(frame.addCommands(beginCommand(5_000)).build());
        assertThat(reason(session.error())).isEqualTo(RefusalReason.LIMIT_EXCEEDED);
    }

    @Test
    void aSessionIsNotReadWhileTooMuchIsUnanswered() {
        use(Limits.defaults(), EdgeLimits.defaults().withUnansweredMax(3), LoopLimits.defaults());
        Peer<SessionRequest, SessionResponse> session = rig.session();
        for (int i = 0; i < 10; i++) {
            session.send(commands(beginCommand(i)));
        }
        assertThat(rig.counters.read()).containsEntry("requests_begin", 3L);
        rig.run();
        assertThat(session.received().stream()
                        .mapToInt(SessionResponse::getRepliesCount)
                        .sum())
                .isEqualTo(10);
    }

    @Test
    void newWorkIsShedWhenTheLoopDoesNotKeepUp() {
        use(Limits.defaults(), EdgeLimits.defaults(), new LoopLimits(100, 5, 100, 100));
        Peer<ConnectRequest, ConnectResponse> ledger = rig.participant("ledger");
        String transaction = begin();
        Peer<SessionRequest, SessionResponse> session = rig.session();
        SessionRequest.Builder frame = SessionRequest.newBuilder();
        for (int i = 0; i < 8; i++) {
            frame.addCommands(beginCommand(i));
        }
        session.send(frame.build());
        assertThat(session.only().getRepliesList())
                .hasSize(3)
                .allMatch(reply -> reply.getRefusal().getReason().equals("OVERLOADED"))
                .allMatch(reply -> reply.getRefusal().getCode() == Code.RESOURCE_EXHAUSTED_VALUE)
                .allMatch(reply -> reply.getRefusal().getRetryAfterMs() > 0);
        ledger.send(frame(enlist(transaction, "ledger/a1")));
        assertThat(ledger.only().getMessages(0).getEnlisted().getRefusal().getReason())
                .isEqualTo("OVERLOADED");
        // Ending a transaction is never shed.
        Peer<CommitRequest, CommitResponse> commit = new Peer<>(true);
        rig.transactions()
                .commit(CommitRequest.newBuilder().setTransactionId(transaction).build(), commit);
        rig.run();
        assertThat(commit.only().getOutcome()).isEqualTo(io.unanimous.v1.Outcome.OUTCOME_COMMITTED);
    }

    @Test
    void nothingIsBegunWhileTheDiskIsNearlyFull() {
        rig.opened();
        String transaction = begin();
        rig.lowSpace(true);
        Peer<BeginRequest, BeginResponse> begin = new Peer<>(true);
        rig.transactions().begin(BeginRequest.getDefaultInstance(), begin);
        assertThat(reason(begin.error())).isEqualTo(RefusalReason.LOW_DISK_SPACE);
        assertThat(code(begin.error())).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        Peer<CommitRequest, CommitResponse> commit = new Peer<>(true);
        rig.transactions()
                .commit(CommitRequest.newBuilder().setTransactionId(transaction).build(), commit);
        rig.run();
        assertThat(commit.only().getOutcome()).isEqualTo(io.unanimous.v1.Outcome.OUTCOME_COMMITTED);
    }

    // ---- watchers -------------------------------------------------------------------------------------------------

    @Test
    void aSlowWatcherLosesChangesAndIsToldHowMany() {
        use(Limits.defaults(), EdgeLimits.defaults().withOutbound(1 << 20, 2), LoopLimits.defaults());
        Peer<WatchTransactionsRequest, WatchTransactionsResponse> watch = new Peer<>(false);
        rig.admin().watchTransactions(WatchTransactionsRequest.getDefaultInstance(), watch);
        rig.run();
        for (int i = 0; i < 5; i++) {
            begin();
        }
        watch.read(2);
        begin();
        watch.read(10);
        assertThat(watch.received())
                .extracting(WatchTransactionsResponse::getDropped)
                .containsExactly(0L, 0L, 3L);
    }

    @Test
    void aWatcherOfOneResourceHearsOfItsTransactionsAlone() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> ledger = rig.participant("ledger");
        Peer<WatchTransactionsRequest, WatchTransactionsResponse> watch = new Peer<>(true);
        rig.admin()
                .watchTransactions(
                        WatchTransactionsRequest.newBuilder()
                                .setResource("ledger")
                                .build(),
                        watch);
        rig.run();
        begin();
        String transaction = begin();
        ledger.send(frame(enlist(transaction, "ledger/a1")));
        rig.run();
        Peer<CommitRequest, CommitResponse> commit = new Peer<>(true);
        rig.transactions()
                .commit(CommitRequest.newBuilder().setTransactionId(transaction).build(), commit);
        rig.run();
        assertThat(watch.received())
                .isNotEmpty()
                .allMatch(change -> change.getTransaction().getTransactionId().equals(transaction));
    }

    // ---- starting and stopping ------------------------------------------------------------------------------------

    private HealthCheckResponse.ServingStatus health(String service) {
        return HealthGrpc.newBlockingStub(rig.channel)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    @Test
    void beforeItIsReadyEverythingIsAnsweredWithNotReady() {
        assertThat(health("")).isEqualTo(HealthCheckResponse.ServingStatus.NOT_SERVING);
        Peer<BeginRequest, BeginResponse> begin = new Peer<>(true);
        rig.transactions().begin(BeginRequest.getDefaultInstance(), begin);
        assertThat(reason(begin.error())).isEqualTo(RefusalReason.NOT_READY);
        assertThat(code(begin.error())).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(reason(rig.connect().error())).isEqualTo(RefusalReason.NOT_READY);
        assertThat(reason(rig.session().error())).isEqualTo(RefusalReason.NOT_READY);
        Peer<WatchTransactionsRequest, WatchTransactionsResponse> watch = new Peer<>(true);
        rig.admin().watchTransactions(WatchTransactionsRequest.getDefaultInstance(), watch);
        assertThat(reason(watch.error())).isEqualTo(RefusalReason.NOT_READY);

        rig.opened();
        assertThat(health("")).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        assertThat(health("unanimous.v1.TransactionService")).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        begin();
    }

    @Test
    void aStopTellsEverybodyWhatToDo() {
        rig.opened();
        Peer<ConnectRequest, ConnectResponse> ledger = rig.participant("ledger");
        String transaction = begin();
        ledger.send(frame(enlist(transaction, "ledger/a1")));
        rig.run();
        ledger.received().clear();
        Peer<CommitRequest, CommitResponse> commit = new Peer<>(true);
        rig.transactions()
                .commit(CommitRequest.newBuilder().setTransactionId(transaction).build(), commit);
        Peer<SessionRequest, SessionResponse> session = rig.session();
        rig.edge.drain(1_000);
        assertThat(health("")).isEqualTo(HealthCheckResponse.ServingStatus.NOT_SERVING);
        assertThat(ledger.only().getMessages(0).getDrain().getReconnectAfterMs())
                .isEqualTo(1_000);
        Peer<BeginRequest, BeginResponse> begin = new Peer<>(true);
        rig.transactions().begin(BeginRequest.getDefaultInstance(), begin);
        assertThat(reason(begin.error())).isEqualTo(RefusalReason.NOT_READY);
        // What was in the mailbox is worked off.
        rig.run();
        assertThat(ledger.received().get(1).getMessages(0).hasPrepare()).isTrue();
        rig.edge.close();
        assertThat(reason(commit.error())).isEqualTo(RefusalReason.OUTCOME_UNKNOWN);
        assertThat(code(commit.error())).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(code(session.error())).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(code(ledger.error())).isEqualTo(Status.Code.UNAVAILABLE);
    }
}
