package io.unanimous.coordinator.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.core.Payload;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.v1.BranchId;
import io.unanimous.v1.BranchOutcome;
import io.unanimous.v1.Commit;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Drain;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.Forget;
import io.unanimous.v1.Heartbeat;
import io.unanimous.v1.Prepare;
import io.unanimous.v1.Rollback;
import io.unanimous.v1.Welcome;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Builds what the coordinator says to participants.
 *
 * <p>Epoch and log number are those of the moment of writing, when the record that the message awaited is on disk: a
 * Commit never shows a number below its own decision's (P10).
 */
final class CoordinatorMessages {

    private final long heartbeatMs;
    private final long prepareTimeoutMs;

    /** A builder; the two times are told in every Welcome. */
    CoordinatorMessages(long heartbeatMs, long prepareTimeoutMs) {
        this.heartbeatMs = heartbeatMs;
        this.prepareTimeoutMs = prepareTimeoutMs;
    }

    /** The message that carries out this effect, which is not {@link Effect.CloseConnection}. */
    CoordinatorMessage of(Effect.OnConnection effect, LogPosition position) {
        CoordinatorMessage.Builder message = CoordinatorMessage.newBuilder();
        if (effect instanceof Effect.SendPrepare prepare) {
            message.setPrepare(Prepare.newBuilder()
                    .setBranch(branch(prepare.transaction(), prepare.branch()))
                    .setEpoch(position.epoch())
                    .setAttempt(prepare.attempt())
                    .setLogNumber(position.number())
                    .setVoteWithinMs(prepare.voteWithinMs()));
        } else if (effect instanceof Effect.SendCommit commit) {
            message.setCommit(Commit.newBuilder()
                    .setBranch(branch(commit.transaction(), commit.branch()))
                    .setEpoch(position.epoch())
                    .setAttempt(commit.attempt())
                    .setLogNumber(position.number())
                    .setPayload(bytes(commit.payload()))
                    .setOnePhase(commit.onePhase()));
        } else if (effect instanceof Effect.SendEnlisted enlisted) {
            return enlisted(branch(enlisted.transaction(), enlisted.branch()), enlisted.refusal(), position.epoch());
        } else if (effect instanceof Effect.SendRollback rollback) {
            message.setRollback(Rollback.newBuilder()
                    .setBranch(branch(rollback.transaction(), rollback.branch()))
                    .setEpoch(position.epoch())
                    .setAttempt(rollback.attempt())
                    .setReason(rollback.reason()));
        } else if (effect instanceof Effect.SendOutcome outcome) {
            message.setOutcome(BranchOutcome.newBuilder()
                    .setBranch(branch(outcome.transaction(), outcome.branch()))
                    .setEpoch(position.epoch())
                    .setAttempt(outcome.attempt())
                    .setLogNumber(position.number())
                    .setAnswer(WireEnums.answer(outcome.answer()))
                    .setDetail(outcome.detail())
                    .setPayload(bytes(outcome.payload()))
                    .setReportId(outcome.reportId()));
        } else if (effect instanceof Effect.SendForget forget) {
            message.setForget(Forget.newBuilder()
                    .setBranch(branch(forget.transaction(), forget.branch()))
                    .setEpoch(position.epoch())
                    .setAttempt(forget.attempt()));
        } else if (effect instanceof Effect.SendWelcome welcome) {
            message.setWelcome(Welcome.newBuilder()
                    .setPosition(position(position))
                    .setHeartbeatMs(heartbeatMs)
                    .setHold(welcome.hold())
                    .setPrepareTimeoutMs(prepareTimeoutMs));
        } else {
            throw new IllegalArgumentException("no message for " + effect);
        }
        return message.build();
    }

    /** The answer to Enlist; the refusal is null when the enlistment holds. */
    static CoordinatorMessage enlisted(BranchId branch, @Nullable Refusal refusal, long epoch) {
        Enlisted.Builder enlisted = Enlisted.newBuilder().setBranch(branch).setEpoch(epoch);
        if (refusal != null) {
            enlisted.setRefusal(StatusMapper.message(refusal));
        }
        return CoordinatorMessage.newBuilder().setEnlisted(enlisted).build();
    }

    static CoordinatorMessage heartbeat(LogPosition position, boolean hold) {
        return CoordinatorMessage.newBuilder()
                .setHeartbeat(
                        Heartbeat.newBuilder().setPosition(position(position)).setHold(hold))
                .build();
    }

    static CoordinatorMessage drain(long reconnectAfterMs) {
        return CoordinatorMessage.newBuilder()
                .setDrain(Drain.newBuilder().setReconnectAfterMs(reconnectAfterMs))
                .build();
    }

    static io.unanimous.v1.LogPosition position(LogPosition position) {
        return io.unanimous.v1.LogPosition.newBuilder()
                .setCoordinator(position.store().toString())
                .setPartition(position.partition())
                .setEpoch(position.epoch())
                .setEpochNonce(position.nonce())
                .setLogNumber(position.number())
                .build();
    }

    static BranchId branch(TransactionId transaction, BranchName branch) {
        return BranchId.newBuilder()
                .setTransactionIdBytes(ascii(transaction.toString()))
                .setBranchBytes(ascii(branch.toString()))
                .build();
    }

    /** The bytes of an id or a branch's name. As text it would be measured and encoded character by character. */
    static ByteString ascii(String name) {
        return UnsafeByteOperations.unsafeWrap(name.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ByteString bytes(Payload payload) {
        return payload.size() == 0
                ? ByteString.EMPTY
                // The array is a copy of ours that nobody else holds.
                : UnsafeByteOperations.unsafeWrap(payload.toByteArray());
    }
}
