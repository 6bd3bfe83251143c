package io.unanimous.sdk;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.unanimous.v1.Ack;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.BranchOutcome;
import io.unanimous.v1.Command;
import io.unanimous.v1.Commit;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.Forget;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.Prepare;
import io.unanimous.v1.Rollback;
import io.unanimous.v1.Vote;
import io.unanimous.v1.VoteCast;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Between the SDK's words and those of the wire. */
final class Wire {

    private Wire() {}

    // ------------------------------------------------------------------------------------------------ from the wire

    /** @throws IllegalArgumentException if the id is malformed */
    static BranchId branch(io.unanimous.v1.BranchId id) {
        return new BranchId(id.getTransactionId(), id.getBranch());
    }

    static Order order(Prepare prepare, String coordinator, long dueNanos) {
        return new Order(
                Order.Kind.PREPARE,
                branch(prepare.getBranch()),
                coordinator,
                prepare.getEpoch(),
                prepare.getAttempt(),
                ByteString.EMPTY,
                false,
                dueNanos);
    }

    static Order order(Commit commit, String coordinator) {
        return new Order(
                commit.getOnePhase() ? Order.Kind.ONE_PHASE : Order.Kind.COMMIT,
                branch(commit.getBranch()),
                coordinator,
                commit.getEpoch(),
                commit.getAttempt(),
                commit.getPayload(),
                false,
                0);
    }

    static Order order(Rollback rollback, String coordinator) {
        return new Order(
                Order.Kind.ROLLBACK,
                branch(rollback.getBranch()),
                coordinator,
                rollback.getEpoch(),
                rollback.getAttempt(),
                ByteString.EMPTY,
                false,
                0);
    }

    static Order order(Forget forget, String coordinator) {
        return new Order(
                Order.Kind.FORGET,
                branch(forget.getBranch()),
                coordinator,
                forget.getEpoch(),
                forget.getAttempt(),
                ByteString.EMPTY,
                false,
                0);
    }

    /** The order that an answer to an inquiry amounts to. */
    static Order order(Order.Kind kind, BranchOutcome outcome, String coordinator) {
        return new Order(
                kind,
                branch(outcome.getBranch()),
                coordinator,
                outcome.getEpoch(),
                outcome.getAttempt(),
                outcome.getPayload(),
                true,
                0);
    }

    /** @throws IllegalArgumentException if the coordinator does not name its store by a UUID */
    static LogPosition position(LogPosition position) {
        String coordinator = position.getCoordinator();
        if (!UUID.fromString(coordinator).toString().equals(coordinator)) {
            throw new IllegalArgumentException("Not a UUID in lower case: " + coordinator);
        }
        return position;
    }

    // -------------------------------------------------------------------------------------------------- to the wire

    static io.unanimous.v1.BranchId branch(BranchId id) {
        return io.unanimous.v1.BranchId.newBuilder()
                .setTransactionIdBytes(ascii(id.transactionId()))
                .setBranchBytes(ascii(id.branch()))
                .build();
    }

    /** The bytes of a well-formed name. As text it would be measured and encoded character by character. */
    static ByteString ascii(String name) {
        return UnsafeByteOperations.unsafeWrap(name.getBytes(StandardCharsets.ISO_8859_1));
    }

    static ParticipantMessage enlist(BranchId id, ByteString payload, boolean prepared) {
        return ParticipantMessage.newBuilder()
                .setEnlist(Enlist.newBuilder()
                        .setBranch(branch(id))
                        .setPayload(payload)
                        .setEarlyVote(prepared ? Vote.VOTE_PREPARED : Vote.VOTE_UNSPECIFIED))
                .build();
    }

    static ParticipantMessage vote(Order order, Ballot ballot) {
        return ParticipantMessage.newBuilder()
                .setVote(VoteCast.newBuilder()
                        .setBranch(branch(order.branch()))
                        .setEpoch(order.epoch())
                        .setAttempt(order.attempt())
                        .setVote(vote(ballot.vote()))
                        .setReason(Texts.cut(ballot.reason(), Limits.REASON_BYTES_MAX)))
                .build();
    }

    static ParticipantMessage ack(Order order, Ending ending) {
        return ParticipantMessage.newBuilder()
                .setAck(Ack.newBuilder()
                        .setBranch(branch(order.branch()))
                        .setEpoch(order.epoch())
                        .setAttempt(order.attempt())
                        .setCommand(command(order.kind()))
                        .setResult(result(ending.result()))
                        .setDetail(Texts.cut(ending.detail(), Limits.REASON_BYTES_MAX)))
                .build();
    }

    private static Vote vote(Ballot.Vote vote) {
        return switch (vote) {
            case PREPARED -> Vote.VOTE_PREPARED;
            case READ_ONLY -> Vote.VOTE_READ_ONLY;
            case REFUSED -> Vote.VOTE_REFUSED;
        };
    }

    private static Command command(Order.Kind kind) {
        return switch (kind) {
            case COMMIT -> Command.COMMAND_COMMIT;
            case ONE_PHASE -> Command.COMMAND_COMMIT_ONE_PHASE;
            case ROLLBACK -> Command.COMMAND_ROLLBACK;
            case FORGET -> Command.COMMAND_FORGET;
            case PREPARE -> throw new IllegalArgumentException("A prepare is answered by a vote");
        };
    }

    private static AckResult result(Ending.Result result) {
        return switch (result) {
            case DONE -> AckResult.ACK_RESULT_DONE;
            case RETRY -> AckResult.ACK_RESULT_RETRY;
            case HEURISTIC_COMMITTED -> AckResult.ACK_RESULT_HEURISTIC_COMMITTED;
            case HEURISTIC_ROLLED_BACK -> AckResult.ACK_RESULT_HEURISTIC_ROLLED_BACK;
            case HEURISTIC_MIXED -> AckResult.ACK_RESULT_HEURISTIC_MIXED;
            case HEURISTIC_HAZARD -> AckResult.ACK_RESULT_HEURISTIC_HAZARD;
            case ROLLED_BACK -> AckResult.ACK_RESULT_ROLLED_BACK;
            case UNKNOWN -> AckResult.ACK_RESULT_UNKNOWN;
        };
    }
}
