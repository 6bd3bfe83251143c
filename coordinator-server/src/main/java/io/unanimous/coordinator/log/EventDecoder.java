package io.unanimous.coordinator.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.ProtocolMessageEnum;
import io.unanimous.coordinator.core.AckResult;
import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.HeuristicMark;
import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.Outcome;
import io.unanimous.coordinator.core.Payload;
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
import io.unanimous.coordinator.log.v1.OperatorActedRecord;
import io.unanimous.coordinator.log.v1.OutcomeRecord;
import io.unanimous.coordinator.log.v1.Record;
import io.unanimous.coordinator.log.v1.ResolutionRecord;
import io.unanimous.coordinator.log.v1.ResourceBoundRecord;
import io.unanimous.coordinator.log.v1.TransactionIdRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Reads one record of the log's schema, and refuses what it does not know rather than overlook it: an unknown kind, an
 * unknown constant, a field that a newer program added.
 */
final class EventDecoder {
    private final long number;

    private EventDecoder(long number) {
        this.number = number;
    }

    static LogRecord decode(long number, Record body) {
        EventDecoder decoder = new EventDecoder(number);
        try {
            return new LogRecord(number, decoder.known(body).getEpoch(), decoder.event(body));
        } catch (IllegalArgumentException e) {
            throw new CorruptLogException("record " + number + " of the log makes no sense: " + e.getMessage(), e);
        }
    }

    private Event.Durable event(Record body) {
        return switch (body.getEventCase()) {
            case EPOCH_STARTED -> epochStarted(known(body.getEpochStarted()));
            case RESOURCE_BOUND -> resourceBound(known(body.getResourceBound()));
            case HOLD_ENTERED -> holdEntered(known(body.getHoldEntered()));
            case HOLD_LIFTED -> holdLifted(known(body.getHoldLifted()));
            case HORIZON_RAISED ->
                new Event.HorizonRaised(
                        transaction(known(body.getHorizonRaised()).getHorizon()));
            case OPERATOR_ACTED -> operatorActed(known(body.getOperatorActed()));
            case COMMIT_DECIDED -> commitDecided(known(body.getCommitDecided()));
            case FINISHED -> finished(known(body.getFinished()));
            case HEURISTIC_REPORTED -> heuristicReported(known(body.getHeuristicReported()));
            case BRANCH_RESOLVED -> branchResolved(known(body.getBranchResolved()));
            case HEURISTIC_ACKNOWLEDGED -> heuristicAcknowledged(known(body.getHeuristicAcknowledged()));
            case EVENT_NOT_SET -> throw RecordCodec.unknown(number, "is of a kind that this program does not know");
        };
    }

    private static Event.EpochStarted epochStarted(EpochStartedRecord message) {
        return new Event.EpochStarted(message.getEpoch(), message.getNonce(), message.getWallMs());
    }

    private static Event.ResourceBound resourceBound(ResourceBoundRecord message) {
        return new Event.ResourceBound(message.getResource(), message.getFingerprint());
    }

    private Event.HoldEntered holdEntered(HoldEnteredRecord message) {
        List<HoldFinding> findings = new ArrayList<>(message.getFindingsCount());
        for (HoldFindingRecord finding : message.getFindingsList()) {
            findings.add(new HoldFinding(
                    kind(known(finding).getKind()),
                    finding.getEpoch(),
                    finding.getNonce(),
                    finding.getNumber(),
                    finding.getText()));
        }
        return new Event.HoldEntered(List.copyOf(findings), message.getWallMs());
    }

    private static Event.HoldLifted holdLifted(HoldLiftedRecord message) {
        return new Event.HoldLifted(message.getEvidenceId(), message.getWallMs());
    }

    private static Event.OperatorActed operatorActed(OperatorActedRecord message) {
        return new Event.OperatorActed(
                message.getVerb(),
                message.getSubject(),
                message.getBranch(),
                message.getStateBefore(),
                message.getReason(),
                message.getOperator(),
                message.getWallMs());
    }

    private Event.CommitDecided commitDecided(CommitDecidedRecord message) {
        List<Event.DecidedBranch> prepared = new ArrayList<>(message.getPreparedCount());
        for (CommitDecidedRecord.Branch branch : message.getPreparedList()) {
            prepared.add(new Event.DecidedBranch(
                    branch(known(branch).getName()),
                    branch.getIncarnation(),
                    Payload.of(branch.getPayload().toByteArray())));
        }
        return new Event.CommitDecided(
                transaction(message.getTransaction()),
                message.getInitiator(),
                List.copyOf(prepared),
                message.getWallMs());
    }

    private Event.Finished finished(FinishedRecord message) {
        return new Event.Finished(transaction(message.getTransaction()), message.getWallMs());
    }

    private Event.HeuristicReported heuristicReported(HeuristicReportedRecord message) {
        return new Event.HeuristicReported(
                transaction(message.getTransaction()),
                branch(message.getBranch()),
                outcome(message.getDecided()),
                result(message.getResult()),
                mark(message.getMark()),
                message.getDetail(),
                message.getWallMs());
    }

    private Event.BranchResolved branchResolved(BranchResolvedRecord message) {
        return new Event.BranchResolved(
                transaction(message.getTransaction()),
                branch(message.getBranch()),
                outcome(message.getDecided()),
                resolution(message.getResolution()),
                mark(message.getMark()),
                message.getReason(),
                message.getWallMs());
    }

    private Event.HeuristicAcknowledged heuristicAcknowledged(HeuristicAcknowledgedRecord message) {
        return new Event.HeuristicAcknowledged(transaction(message.getTransaction()), message.getWallMs());
    }

    private TransactionId transaction(TransactionIdRecord id) {
        ByteString store = known(id).getStore();
        if (store.size() != 2 * Long.BYTES) {
            throw new IllegalArgumentException("a store's id has 16 bytes, not " + store.size());
        }
        ByteBuffer bytes = store.asReadOnlyByteBuffer();
        return TransactionId.of(
                new UUID(bytes.getLong(), bytes.getLong()),
                id.getPartition(),
                id.getEpoch(),
                id.getNonce(),
                id.getSequence(),
                id.getFlags());
    }

    private BranchName branch(BranchNameRecord name) {
        return new BranchName(known(name).getResource(), name.getSuffix());
    }

    private Outcome outcome(OutcomeRecord outcome) {
        return switch (outcome) {
            case OUTCOME_RECORD_IN_PROGRESS -> Outcome.IN_PROGRESS;
            case OUTCOME_RECORD_COMMITTED -> Outcome.COMMITTED;
            case OUTCOME_RECORD_ROLLED_BACK -> Outcome.ROLLED_BACK;
            case OUTCOME_RECORD_UNKNOWN -> Outcome.UNKNOWN;
            case OUTCOME_RECORD_UNSPECIFIED, UNRECOGNIZED -> throw unknownConstant(outcome);
        };
    }

    private HeuristicMark mark(HeuristicMarkRecord mark) {
        return switch (mark) {
            case HEURISTIC_MARK_RECORD_NONE -> HeuristicMark.NONE;
            case HEURISTIC_MARK_RECORD_HAZARD -> HeuristicMark.HAZARD;
            case HEURISTIC_MARK_RECORD_MIXED -> HeuristicMark.MIXED;
            case HEURISTIC_MARK_RECORD_UNSPECIFIED, UNRECOGNIZED -> throw unknownConstant(mark);
        };
    }

    private AckResult result(AckResultRecord result) {
        return switch (result) {
            case ACK_RESULT_RECORD_DONE -> AckResult.DONE;
            case ACK_RESULT_RECORD_RETRY -> AckResult.RETRY;
            case ACK_RESULT_RECORD_HEURISTIC_COMMITTED -> AckResult.HEURISTIC_COMMITTED;
            case ACK_RESULT_RECORD_HEURISTIC_ROLLED_BACK -> AckResult.HEURISTIC_ROLLED_BACK;
            case ACK_RESULT_RECORD_HEURISTIC_MIXED -> AckResult.HEURISTIC_MIXED;
            case ACK_RESULT_RECORD_HEURISTIC_HAZARD -> AckResult.HEURISTIC_HAZARD;
            case ACK_RESULT_RECORD_ROLLED_BACK -> AckResult.ROLLED_BACK;
            case ACK_RESULT_RECORD_UNKNOWN -> AckResult.UNKNOWN;
            case ACK_RESULT_RECORD_UNSPECIFIED, UNRECOGNIZED -> throw unknownConstant(result);
        };
    }

    private Resolution resolution(ResolutionRecord resolution) {
        return switch (resolution) {
            case RESOLUTION_RECORD_COMMITTED -> Resolution.COMMITTED;
            case RESOLUTION_RECORD_ROLLED_BACK -> Resolution.ROLLED_BACK;
            case RESOLUTION_RECORD_GONE -> Resolution.GONE;
            case RESOLUTION_RECORD_UNSPECIFIED, UNRECOGNIZED -> throw unknownConstant(resolution);
        };
    }

    private HoldFinding.Kind kind(HoldFindingRecord.Kind kind) {
        return switch (kind) {
            case KIND_EPOCH_UNKNOWN -> HoldFinding.Kind.EPOCH_UNKNOWN;
            case KIND_RECORDS_LOST -> HoldFinding.Kind.RECORDS_LOST;
            case KIND_NEVER_MINTED -> HoldFinding.Kind.NEVER_MINTED;
            case KIND_DIRECTORY_COPIED -> HoldFinding.Kind.DIRECTORY_COPIED;
            case KIND_RESTORED -> HoldFinding.Kind.RESTORED;
            case KIND_UNSPECIFIED, UNRECOGNIZED -> throw unknownConstant(kind);
        };
    }

    private UnknownRecordVersionException unknownConstant(ProtocolMessageEnum constant) {
        return RecordCodec.unknown(number, "says " + constant + ", which this program does not know");
    }

    private <M extends Message> M known(M message) {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            throw RecordCodec.unknown(
                    number,
                    "has field " + message.getUnknownFields().asMap().keySet() + " of "
                            + message.getDescriptorForType().getName() + ", which this program does not know");
        }
        return message;
    }
}
