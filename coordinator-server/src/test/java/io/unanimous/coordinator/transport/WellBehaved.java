package io.unanimous.coordinator.transport;

import io.unanimous.v1.Ack;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.Command;
import io.unanimous.v1.Commit;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Heartbeat;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.Prepare;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.Vote;
import io.unanimous.v1.VoteCast;
import java.util.List;
import java.util.function.Predicate;

/** An initiator and a participant that keep to the protocol, with one transaction that nobody else names. */
final class WellBehaved {
    static final String RESOURCE = "beside-it";

    private static final String BRANCH = RESOURCE + "/1";
    private static final long TIMEOUT_MS = 86_400_000;

    private final Runnable work;
    private final Rig.Peer<ConnectRequest, ConnectResponse> participant;
    private final Rig.Peer<SessionRequest, SessionResponse> session;
    private final String transaction;

    /**
     * Begins the transaction and enlists its branch.
     *
     * @param work lets the coordinator work until it is idle
     */
    WellBehaved(Rig rig, Runnable work) {
        this.work = work;
        participant = rig.participant(RESOURCE);
        session = rig.session();
        transaction = ask(SessionCommand.newBuilder()
                        .setBegin(BeginRequest.newBuilder().setTimeoutMs(TIMEOUT_MS)))
                .getBegin()
                .getTransactionId();
        participant.send(Rig.frame(Rig.enlist(transaction, BRANCH)));
        work.run();
        if (told(CoordinatorMessage::hasEnlisted).getEnlisted().hasRefusal()) {
            throw new AssertionError("the well-behaved branch was refused");
        }
    }

    /** Says that it is still there. */
    void beat() {
        participant.send(Rig.frame(ParticipantMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance())));
    }

    /** Commits the transaction, and votes and acknowledges as it is told. */
    void commits() {
        session.send(frame(
                SessionCommand.newBuilder().setCommit(CommitRequest.newBuilder().setTransactionId(transaction))));
        work.run();
        Prepare prepare = told(CoordinatorMessage::hasPrepare).getPrepare();
        participant.send(Rig.frame(ParticipantMessage.newBuilder()
                .setVote(VoteCast.newBuilder()
                        .setBranch(prepare.getBranch())
                        .setEpoch(prepare.getEpoch())
                        .setAttempt(prepare.getAttempt())
                        .setVote(Vote.VOTE_PREPARED))));
        work.run();
        Commit commit = told(CoordinatorMessage::hasCommit).getCommit();
        participant.send(Rig.frame(ParticipantMessage.newBuilder()
                .setAck(Ack.newBuilder()
                        .setBranch(commit.getBranch())
                        .setEpoch(commit.getEpoch())
                        .setAttempt(commit.getAttempt())
                        .setCommand(Command.COMMAND_COMMIT)
                        .setResult(AckResult.ACK_RESULT_DONE))));
        work.run();
        SessionReply reply = reply();
        if (reply.getCommit().getOutcome() != Outcome.OUTCOME_COMMITTED) {
            throw new AssertionError("the well-behaved transaction did not commit: " + reply);
        }
    }

    private SessionReply ask(SessionCommand.Builder command) {
        session.send(frame(command));
        work.run();
        return reply();
    }

    private static SessionRequest frame(SessionCommand.Builder command) {
        return SessionRequest.newBuilder().addCommands(command.setRequestId(1)).build();
    }

    private SessionReply reply() {
        if (session.received().size() != 1 || !session.open()) {
            throw new AssertionError(
                    "one reply was expected, not " + session.received() + ", error " + session.error());
        }
        return session.received().remove(0).getReplies(0);
    }

    /** What the participant was told of its branch; heartbeats aside, it must be the only thing. */
    private CoordinatorMessage told(Predicate<CoordinatorMessage> expected) {
        List<CoordinatorMessage> told = participant.received().stream()
                .flatMap(frame -> frame.getMessagesList().stream())
                .filter(message -> !message.hasHeartbeat())
                .toList();
        participant.received().clear();
        if (told.size() != 1 || !expected.test(told.get(0)) || !participant.open()) {
            throw new AssertionError(
                    "the well-behaved participant was told " + told + ", error " + participant.error());
        }
        return told.get(0);
    }
}
