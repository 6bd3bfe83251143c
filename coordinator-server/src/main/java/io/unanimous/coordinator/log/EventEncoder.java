package io.unanimous.coordinator.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.unanimous.coordinator.core.AckResult;
import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.HeuristicMark;
import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.Outcome;
import io.unanimous.coordinator.core.Resolution;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.log.v1.AckResultRecord;
import io.unanimous.coordinator.log.v1.BranchNameRecord;
import io.unanimous.coordinator.log.v1.BranchResolvedRecord;
import io.unanimous.coordinator.log.v1.CommitDecidedRecord;
import io.unanimous.coordinator.log.v1.EpochStartedRecord;
import io.unanimous.coordinator.log.v1.FinishedRecord;
import io.unanimous.coordinator.log.v1.HeuristicAcknowledgedRecord;
import io.unanimous.coordinator.log.v1.HeuristicMarkRecord;
import io.unanimous.coordinator.log.v1.HeuristicReportedRecord;
import io.unanimous.coordinator.log.v1.HoldEnteredRecord;
import io.unanimous.coordinator.log.v1.HoldFindingRecord;
import io.unanimous.coordinator.log.v1.HoldLiftedRecord;
import io.unanimous.coordinator.log.v1.HorizonRaisedRecord;
import io.unanimous.coordinator.log.v1.OperatorActedRecord;
import io.unanimous.coordinator.log.v1.OutcomeRecord;
import io.unanimous.coordinator.log.v1.Record;
import io.unanimous.coordinator.log.v1.ResolutionRecord;
import io.unanimous.coordinator.log.v1.ResourceBoundRecord;
import io.unanimous.coordinator.log.v1.TransactionIdRecord;
import java.nio.ByteBuffer;

/** Says a record in the log's schema; {@link EventDecoder} reads it back. */
final class EventEncoder {
    private EventEncoder() {}

    static Record encode(LogRecord record) {
        Record.Builder body = Record.newBuilder().setEpoch(record.epoch());
        Event.Durable event = record.event();
        if (event instanceof Event.CommitDecided decided) {
            body.setCommitDecided(commitDecided(decided));
        } else if (event instanceof Event.Finished finished) {
            body.setFinished(FinishedRecord.newBuilder()
                    .setTransaction(transaction(finished.transaction()))
                    .setWallMs(finished.wallMs()));
        } else if (event instanceof Event.EpochStarted started) {
            body.setEpochStarted(EpochStartedRecord.newBuilder()
                    .setEpoch(started.epoch())
                    .setNonce(started.nonce())
                    .setWallMs(started.wallMs()));
        } else if (event instanceof Event.ResourceBound bound) {
            body.setResourceBound(ResourceBoundRecord.newBuilder()
                    .setResource(bound.resource())
                    .setFingerprint(bound.fingerprint()));
        } else if (event instanceof Event.HoldEntered entered) {
            body.setHoldEntered(holdEntered(entered));
        } else if (event instanceof Event.HoldLifted lifted) {
            body.setHoldLifted(HoldLiftedRecord.newBuilder()
                    .setEvidenceId(lifted.evidenceId())
                    .setWallMs(lifted.wallMs()));
        } else if (event instanceof Event.HorizonRaised raised) {
            body.setHorizonRaised(HorizonRaisedRecord.newBuilder().setHorizon(transaction(raised.horizon())));
        } else if (event instanceof Event.OperatorActed acted) {
            body.setOperatorActed(OperatorActedRecord.newBuilder()
                    .setVerb(acted.verb())
                    .setSubject(acted.subject())
                    .setBranch(acted.branch())
                    .setStateBefore(acted.stateBefore())
                    .setReason(acted.reason())
                    .setOperator(acted.operator())
                    .setWallMs(acted.wallMs()));
        } else if (event instanceof Event.HeuristicReported reported) {
            body.setHeuristicReported(HeuristicReportedRecord.newBuilder()
                    .setTransaction(transaction(reported.transaction()))
                    .setBranch(branch(reported.branch()))
                    .setDecided(outcome(reported.decided()))
                    .setResult(result(reported.result()))
                    .setMark(mark(reported.mark()))
                    .setDetail(reported.detail())
                    .setWallMs(reported.wallMs()));
        } else if (event instanceof Event.BranchResolved resolved) {
            body.setBranchResolved(BranchResolvedRecord.newBuilder()
                    .setTransaction(transaction(resolved.transaction()))
                    .setBranch(branch(resolved.branch()))
                    .setDecided(outcome(resolved.decided()))
                    .setResolution(resolution(resolved.resolution()))
                    .setMark(mark(resolved.mark()))
                    .setReason(resolved.reason())
                    .setWallMs(resolved.wallMs()));
        } else if (event instanceof Event.HeuristicAcknowledged acknowledged) {
            body.setHeuristicAcknowledged(HeuristicAcknowledgedRecord.newBuilder()
                    .setTransaction(transaction(acknowledged.transaction()))
                    .setWallMs(acknowledged.wallMs()));
        } else {
            throw new IllegalArgumentException("the log has no record for " + event);
        }
        return body.build();
    }

    private static CommitDecidedRecord.Builder commitDecided(Event.CommitDecided decided) {
        CommitDecidedRecord.Builder message = CommitDecidedRecord.newBuilder()
                .setTransaction(transaction(decided.transaction()))
                .setInitiator(decided.initiator())
                .setWallMs(decided.wallMs());
        for (Event.DecidedBranch branch : decided.prepared()) {
            message.addPrepared(CommitDecidedRecord.Branch.newBuilder()
                    .setName(branch(branch.branch()))
                    .setIncarnation(branch.incarnation())
                    .setPayload(UnsafeByteOperations.unsafeWrap(branch.payload().toByteArray())));
        }
        return message;
    }

    private static HoldEnteredRecord.Builder holdEntered(Event.HoldEntered entered) {
        HoldEnteredRecord.Builder message = HoldEnteredRecord.newBuilder().setWallMs(entered.wallMs());
        for (HoldFinding finding : entered.findings()) {
            message.addFindings(HoldFindingRecord.newBuilder()
                    .setKind(kind(finding.kind()))
                    .setEpoch(finding.epoch())
                    .setNonce(finding.nonce())
                    .setNumber(finding.number())
                    .setText(finding.text()));
        }
        return message;
    }

    private static TransactionIdRecord transaction(TransactionId id) {
        return TransactionIdRecord.newBuilder()
                .setStore(ByteString.copyFrom(ByteBuffer.allocate(16)
                        .putLong(id.store().getMostSignificantBits())
                        .putLong(id.store().getLeastSignificantBits())
                        .flip()))
                .setPartition(id.partition())
                .setEpoch(id.epoch())
                .setNonce(id.nonce())
                .setSequence(id.sequence())
                .setFlags(id.flags())
                .build();
    }

    private static BranchNameRecord branch(BranchName name) {
        return BranchNameRecord.newBuilder()
                .setResource(name.resource())
                .setSuffix(name.suffix())
                .build();
    }

    private static OutcomeRecord outcome(Outcome outcome) {
        return switch (outcome) {
            case IN_PROGRESS -> OutcomeRecord.OUTCOME_RECORD_IN_PROGRESS;
            case COMMITTED -> OutcomeRecord.OUTCOME_RECORD_COMMITTED;
            case ROLLED_BACK -> OutcomeRecord.OUTCOME_RECORD_ROLLED_BACK;
            case UNKNOWN -> OutcomeRecord.OUTCOME_RECORD_UNKNOWN;
        };
    }

    private static HeuristicMarkRecord mark(HeuristicMark mark) {
        return switch (mark) {
            case NONE -> HeuristicMarkRecord.HEURISTIC_MARK_RECORD_NONE;
            case HAZARD -> HeuristicMarkRecord.HEURISTIC_MARK_RECORD_HAZARD;
            case MIXED -> HeuristicMarkRecord.HEURISTIC_MARK_RECORD_MIXED;
        };
    }

    private static AckResultRecord result(AckResult result) {
        return switch (result) {
            case DONE -> AckResultRecord.ACK_RESULT_RECORD_DONE;
            case RETRY -> AckResultRecord.ACK_RESULT_RECORD_RETRY;
            case HEURISTIC_COMMITTED -> AckResultRecord.ACK_RESULT_RECORD_HEURISTIC_COMMITTED;
            case HEURISTIC_ROLLED_BACK -> AckResultRecord.ACK_RESULT_RECORD_HEURISTIC_ROLLED_BACK;
            case HEURISTIC_MIXED -> AckResultRecord.ACK_RESULT_RECORD_HEURISTIC_MIXED;
            case HEURISTIC_HAZARD -> AckResultRecord.ACK_RESULT_RECORD_HEURISTIC_HAZARD;
            case ROLLED_BACK -> AckResultRecord.ACK_RESULT_RECORD_ROLLED_BACK;
            case UNKNOWN -> AckResultRecord.ACK_RESULT_RECORD_UNKNOWN;
        };
    }

    private static ResolutionRecord resolution(Resolution resolution) {
        return switch (resolution) {
            case COMMITTED -> ResolutionRecord.RESOLUTION_RECORD_COMMITTED;
            case ROLLED_BACK -> ResolutionRecord.RESOLUTION_RECORD_ROLLED_BACK;
            case GONE -> ResolutionRecord.RESOLUTION_RECORD_GONE;
        };
    }

    private static HoldFindingRecord.Kind kind(HoldFinding.Kind kind) {
        return switch (kind) {
            case EPOCH_UNKNOWN -> HoldFindingRecord.Kind.KIND_EPOCH_UNKNOWN;
            case RECORDS_LOST -> HoldFindingRecord.Kind.KIND_RECORDS_LOST;
            case NEVER_MINTED -> HoldFindingRecord.Kind.KIND_NEVER_MINTED;
            case DIRECTORY_COPIED -> HoldFindingRecord.Kind.KIND_DIRECTORY_COPIED;
            case RESTORED -> HoldFindingRecord.Kind.KIND_RESTORED;
        };
    }
}
