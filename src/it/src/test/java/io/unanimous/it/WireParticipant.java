package io.unanimous.it;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.unanimous.v1.Ack;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.BranchId;
import io.unanimous.v1.BranchOutcome;
import io.unanimous.v1.Command;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.CoordinatorMessage.MessageCase;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.Hello;
import io.unanimous.v1.Inquire;
import io.unanimous.v1.InquiryKind;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.Prepare;
import io.unanimous.v1.Resource;
import io.unanimous.v1.Vote;
import io.unanimous.v1.VoteCast;
import io.unanimous.v1.Welcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A participant that says exactly what its test tells it, right or wrong, message by message. Coordinator's heartbeats
 * are passed over. Safe for use by many threads.
 */
final class WireParticipant implements AutoCloseable {

    /** What is meant to come comes within this time. */
    static final Duration SOON = Duration.ofSeconds(15);

    private final String resource;
    private final String incarnation;
    private final List<CoordinatorMessage> inbox = new ArrayList<>();
    private final Incoming incoming = new Incoming();
    private Throwable endedBy;
    private boolean ended;

    private final class Incoming implements ClientResponseObserver<ConnectRequest, ConnectResponse> {
        private ClientCallStreamObserver<ConnectRequest> outgoing;

        @Override
        public void beforeStart(ClientCallStreamObserver<ConnectRequest> requestStream) {
            outgoing = requestStream;
        }

        @Override
        public void onNext(ConnectResponse frame) {
            synchronized (inbox) {
                inbox.addAll(frame.getMessagesList());
                inbox.notifyAll();
            }
        }

        @Override
        public void onError(Throwable t) {
            end(t);
        }

        @Override
        public void onCompleted() {
            end(null);
        }

        private void end(Throwable by) {
            synchronized (inbox) {
                ended = true;
                endedBy = by;
                inbox.notifyAll();
            }
        }
    }

    private WireParticipant(CoordinatorClient client, String resource, String incarnation) {
        this.resource = resource;
        this.incarnation = incarnation;
        client.participants().connect(incoming);
    }

    /** Opens a stream and says nothing yet. */
    static WireParticipant silent(CoordinatorClient client, String resource, String incarnation) {
        return new WireParticipant(client, resource, incarnation);
    }

    /** Connects as protocol has it: Hello, Welcome, and an empty scan. */
    static WireParticipant connected(CoordinatorClient client, String resource, String incarnation) {
        WireParticipant participant = silent(client, resource, incarnation);
        participant.send(participant.hello());
        participant.expectWelcome();
        participant.send(participant.scan(List.of(), LogPosition.getDefaultInstance()));
        return participant;
    }

    ParticipantMessage hello(LogPosition... seen) {
        return ParticipantMessage.newBuilder()
                .setHello(Hello.newBuilder()
                        .setProtocolVersion(1)
                        .setParticipant("wire participant " + incarnation)
                        .setIncarnation(incarnation)
                        .addResources(Resource.newBuilder().setName(resource))
                        .addAllSeen(List.of(seen)))
                .build();
    }

    BranchId branch(String transactionId) {
        return branch(transactionId, resource + "/b1");
    }

    static BranchId branch(String transactionId, String name) {
        return BranchId.newBuilder()
                .setTransactionId(transactionId)
                .setBranch(name)
                .build();
    }

    static ParticipantMessage enlist(BranchId branch) {
        return ParticipantMessage.newBuilder()
                .setEnlist(Enlist.newBuilder().setBranch(branch))
                .build();
    }

    static ParticipantMessage enlist(BranchId branch, int payloadBytes, Vote early) {
        return ParticipantMessage.newBuilder()
                .setEnlist(Enlist.newBuilder()
                        .setBranch(branch)
                        .setPayload(ByteString.copyFrom(new byte[payloadBytes]))
                        .setEarlyVote(early))
                .build();
    }

    static ParticipantMessage vote(Prepare prepare, Vote vote) {
        return ParticipantMessage.newBuilder()
                .setVote(VoteCast.newBuilder()
                        .setBranch(prepare.getBranch())
                        .setEpoch(prepare.getEpoch())
                        .setAttempt(prepare.getAttempt())
                        .setVote(vote))
                .build();
    }

    static ParticipantMessage ack(BranchId branch, long epoch, int attempt, Command command, AckResult result) {
        return ParticipantMessage.newBuilder()
                .setAck(Ack.newBuilder()
                        .setBranch(branch)
                        .setEpoch(epoch)
                        .setAttempt(attempt)
                        .setCommand(command)
                        .setResult(result))
                .build();
    }

    static ParticipantMessage done(io.unanimous.v1.Commit commit) {
        return ack(
                commit.getBranch(),
                commit.getEpoch(),
                commit.getAttempt(),
                commit.getOnePhase() ? Command.COMMAND_COMMIT_ONE_PHASE : Command.COMMAND_COMMIT,
                AckResult.ACK_RESULT_DONE);
    }

    static ParticipantMessage done(io.unanimous.v1.Rollback rollback) {
        return ack(
                rollback.getBranch(),
                rollback.getEpoch(),
                rollback.getAttempt(),
                Command.COMMAND_ROLLBACK,
                AckResult.ACK_RESULT_DONE);
    }

    /** A complete scan's report. */
    ParticipantMessage scan(List<BranchId> found, LogPosition asOf) {
        Inquire.Builder inquire = Inquire.newBuilder()
                .setResource(resource)
                .setKind(InquiryKind.INQUIRY_KIND_SCAN)
                .setReportId(System.nanoTime())
                .addAllBranches(found)
                .setLast(true);
        if (!asOf.getCoordinator().isEmpty()) {
            inquire.setAsOf(asOf);
        }
        return ParticipantMessage.newBuilder().setInquire(inquire).build();
    }

    /** Sends one frame. */
    void send(ParticipantMessage... messages) {
        sendFrame(ConnectRequest.newBuilder().addAllMessages(List.of(messages)).build());
    }

    void sendFrame(ConnectRequest frame) {
        synchronized (incoming) {
            incoming.outgoing.onNext(frame);
        }
    }

    /** Enlists, and gives back the coordinator's answer. */
    Enlisted enlisted(BranchId branch) {
        send(enlist(branch));
        return expectEnlisted(branch);
    }

    Welcome expectWelcome() {
        return await(m -> m.getMessageCase() == MessageCase.WELCOME, "Welcome").getWelcome();
    }

    Enlisted expectEnlisted(BranchId branch) {
        return await(
                        m -> m.getMessageCase() == MessageCase.ENLISTED
                                && m.getEnlisted().getBranch().equals(branch),
                        "Enlisted for " + branch.getBranch())
                .getEnlisted();
    }

    Prepare expectPrepare(BranchId branch) {
        return await(
                        m -> m.getMessageCase() == MessageCase.PREPARE
                                && m.getPrepare().getBranch().equals(branch),
                        "Prepare for " + branch.getBranch())
                .getPrepare();
    }

    io.unanimous.v1.Commit expectCommit(BranchId branch) {
        return await(
                        m -> m.getMessageCase() == MessageCase.COMMIT
                                && m.getCommit().getBranch().equals(branch),
                        "Commit for " + branch.getBranch())
                .getCommit();
    }

    io.unanimous.v1.Rollback expectRollback(BranchId branch) {
        return await(
                        m -> m.getMessageCase() == MessageCase.ROLLBACK
                                && m.getRollback().getBranch().equals(branch),
                        "Rollback for " + branch.getBranch())
                .getRollback();
    }

    BranchOutcome expectOutcome(BranchId branch) {
        return await(
                        m -> m.getMessageCase() == MessageCase.OUTCOME
                                && m.getOutcome().getBranch().equals(branch),
                        "Outcome for " + branch.getBranch())
                .getOutcome();
    }

    io.unanimous.v1.Forget expectForget(BranchId branch) {
        return await(
                        m -> m.getMessageCase() == MessageCase.FORGET
                                && m.getForget().getBranch().equals(branch),
                        "Forget for " + branch.getBranch())
                .getForget();
    }

    /** Takes the next message that fits out of the inbox, past or to come. */
    private CoordinatorMessage await(Predicate<CoordinatorMessage> wanted, String what) {
        long until = System.nanoTime() + SOON.toNanos();
        synchronized (inbox) {
            while (true) {
                for (int i = 0; i < inbox.size(); i++) {
                    if (wanted.test(inbox.get(i))) {
                        return inbox.remove(i);
                    }
                }
                long leftMs = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (ended || leftMs <= 0) {
                    throw new AssertionError("no " + what + " came" + (ended ? ", the stream ended: " + endedBy : "")
                            + "; came: " + inbox);
                }
                awaitChange(leftMs);
            }
        }
    }

    /** How many such messages lie in the inbox. */
    long received(MessageCase kind) {
        synchronized (inbox) {
            return inbox.stream().filter(m -> m.getMessageCase() == kind).count();
        }
    }

    /** Waits for the stream's end, and says by what refusal it ended. */
    CoordinatorClient.Refused expectEnd() {
        long until = System.nanoTime() + SOON.toNanos();
        synchronized (inbox) {
            while (!ended) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (leftMs <= 0) {
                    throw new AssertionError("the stream did not end; came: " + inbox);
                }
                awaitChange(leftMs);
            }
            if (endedBy == null) {
                throw new AssertionError("the stream ended without an error");
            }
            return CoordinatorClient.Refused.of(endedBy);
        }
    }

    boolean isEnded() {
        synchronized (inbox) {
            return ended;
        }
    }

    private void awaitChange(long leftMs) {
        try {
            inbox.wait(leftMs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Ends the stream as a dying process does. */
    @Override
    public void close() {
        incoming.outgoing.cancel("the test ends the stream", null);
    }
}
