package io.unanimous.coordinator.transport;

import com.google.protobuf.ProtocolMessageEnum;
import io.unanimous.coordinator.core.AckResult;
import io.unanimous.coordinator.core.AnswerAt;
import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Command;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.InquiryKind;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.core.OverrideOrder;
import io.unanimous.coordinator.core.Payload;
import io.unanimous.coordinator.core.RefusalReason;
import io.unanimous.coordinator.core.ReplyTo;
import io.unanimous.coordinator.core.Resolution;
import io.unanimous.coordinator.core.ResourceRegistration;
import io.unanimous.coordinator.core.TransactionFilter;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.core.TransactionState;
import io.unanimous.coordinator.core.Vote;
import io.unanimous.v1.Ack;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BranchId;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.Hello;
import io.unanimous.v1.Inquire;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.Override;
import io.unanimous.v1.ReleaseHoldRequest;
import io.unanimous.v1.ResolveRequest;
import io.unanimous.v1.Resource;
import io.unanimous.v1.RollbackRequest;
import io.unanimous.v1.VoteCast;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns messages from outside into inputs, and refuses whatever does not keep to the contract: every id parses, every size
 * and duration keeps to its limit, every enum has a meaning, before the core sees it.
 */
final class RequestReader {

    private static final Pattern INCARNATION = Pattern.compile("[a-z0-9-]*");
    private static final Pattern ID_TAIL = Pattern.compile("[a-z0-9-]{0," + TransactionId.TEXT_LENGTH + "}");
    private static final int EVIDENCE_BYTES_MAX = 128;
    private static final int PARTITION_MAX = 1_023;
    private static final int NONCE_MAX = (1 << 30) - 1;

    private final Limits limits;
    private final EdgeLimits edge;

    RequestReader(Limits limits, EdgeLimits edge) {
        this.limits = limits;
        this.edge = edge;
    }

    // ---- initiators ---------------------------------------------------------------------------------------------

    Input begin(BeginRequest request, ReplyTo replyTo) throws RefusedException {
        long timeoutMs = request.getTimeoutMs() == 0 ? limits.timeoutDefaultMs() : request.getTimeoutMs();
        // Unsigned on the wire: a number above Long.MAX_VALUE is negative here, and outside the range all the same.
        if (timeoutMs < limits.timeoutMinMs() || timeoutMs > limits.timeoutMaxMs()) {
            throw new RefusedException(
                    RefusalReason.LIMIT_EXCEEDED,
                    "timeout_ms must be 0, or within " + limits.timeoutMinMs() + " and " + limits.timeoutMaxMs()
                            + ", not " + Long.toUnsignedString(timeoutMs));
        }
        requireBytes("initiator", request.getInitiator(), limits.initiatorBytesMax());
        int flags = (request.getOptions().getAllowOnePhase() ? TransactionId.ALLOWS_ONE_PHASE : 0)
                | (request.getOptions().getAllowUnloggedReadOnly() ? TransactionId.ALLOWS_UNLOGGED_READ_ONLY : 0);
        return new Input.BeginRequested(replyTo, timeoutMs, flags, request.getInitiator());
    }

    /**
     * Reads a request to commit.
     *
     * @param callerWaitsMs how long the caller waits anyway; Long.MAX_VALUE when that is not known
     */
    Input commit(CommitRequest request, ReplyTo replyTo, long callerWaitsMs) throws RefusedException {
        return new Input.CommitRequested(
                replyTo,
                transaction(request.getTransactionId()),
                answerAt(request.getAnswerAt()),
                answerWithinMs(request.getAnswerWithinMs(), callerWaitsMs));
    }

    /** Reads a request to roll back; {@code callerWaitsMs} as with {@link #commit}. */
    Input rollback(RollbackRequest request, ReplyTo replyTo, long callerWaitsMs) throws RefusedException {
        requireBytes("reason", request.getReason(), limits.reasonBytesMax());
        return new Input.RollbackRequested(
                replyTo,
                transaction(request.getTransactionId()),
                request.getReason(),
                answerAt(request.getAnswerAt()),
                answerWithinMs(request.getAnswerWithinMs(), callerWaitsMs));
    }

    private AnswerAt answerAt(io.unanimous.v1.AnswerAt answerAt) throws RefusedException {
        return switch (answerAt) {
            case ANSWER_AT_UNSPECIFIED, ANSWER_AT_ALL_ACKNOWLEDGED -> AnswerAt.ALL_ACKNOWLEDGED;
            case ANSWER_AT_DECISION -> AnswerAt.DECISION;
            case UNRECOGNIZED -> throw meaningless("answer_at", answerAt);
        };
    }

    private long answerWithinMs(long asked, long callerWaitsMs) throws RefusedException {
        long within = asked == 0 ? limits.answerWithinDefaultMs() : asked;
        if (within < 1 || within > limits.timeoutMaxMs()) {
            throw new RefusedException(
                    RefusalReason.LIMIT_EXCEEDED,
                    "answer_within_ms must be at most " + limits.timeoutMaxMs() + ", not "
                            + Long.toUnsignedString(within));
        }
        return Math.max(1, Math.min(within, callerWaitsMs));
    }

    // ---- participants -------------------------------------------------------------------------------------------

    Input.ParticipantConnected hello(Hello hello, long connection) throws RefusedException {
        if (hello.getProtocolVersion() != EdgeLimits.PROTOCOL_VERSION) {
            throw new RefusedException(
                    RefusalReason.PROTOCOL_VERSION,
                    "this coordinator speaks protocol version " + EdgeLimits.PROTOCOL_VERSION + ", not "
                            + Integer.toUnsignedString(hello.getProtocolVersion()));
        }
        requireBytes("participant", hello.getParticipant(), edge.participantBytesMax());
        String incarnation = hello.getIncarnation();
        if (incarnation.length() < EdgeLimits.INCARNATION_BYTES_MIN
                || incarnation.length() > EdgeLimits.INCARNATION_BYTES_MAX
                || !INCARNATION.matcher(incarnation).matches()) {
            throw new RefusedException(
                    RefusalReason.MALFORMED_MESSAGE,
                    "incarnation must be " + EdgeLimits.INCARNATION_BYTES_MIN + " to "
                            + EdgeLimits.INCARNATION_BYTES_MAX + " bytes of [a-z0-9-]");
        }
        requireCount("resources", hello.getResourcesCount(), 1, edge.resourcesMax());
        List<ResourceRegistration> resources = new ArrayList<>(hello.getResourcesCount());
        Set<String> names = new HashSet<>();
        for (Resource resource : hello.getResourcesList()) {
            requireResource(resource.getName());
            requireBytes("fingerprint", resource.getFingerprint(), edge.fingerprintBytesMax());
            if (!names.add(resource.getName())) {
                throw new RefusedException(
                        RefusalReason.MALFORMED_MESSAGE, "resource " + resource.getName() + " is named twice");
            }
            resources.add(new ResourceRegistration(resource.getName(), resource.getFingerprint()));
        }
        requireCount("seen", hello.getSeenCount(), 0, edge.seenPositionsMax());
        List<LogPosition> seen = new ArrayList<>(hello.getSeenCount());
        for (io.unanimous.v1.LogPosition position : hello.getSeenList()) {
            seen.add(position(position));
        }
        return new Input.ParticipantConnected(connection, hello.getParticipant(), incarnation, resources, seen);
    }

    Input.BranchEnlisted enlist(Enlist enlist, long connection) throws RefusedException {
        if (enlist.getPayload().size() > limits.payloadBytesMax()) {
            throw new RefusedException(
                    RefusalReason.LIMIT_EXCEEDED,
                    "payload must be at most " + limits.payloadBytesMax() + " bytes, not "
                            + enlist.getPayload().size());
        }
        return new Input.BranchEnlisted(
                connection,
                transaction(enlist.getBranch().getTransactionId()),
                branch(enlist.getBranch()),
                Payload.of(enlist.getPayload().toByteArray()),
                earlyVote(enlist.getEarlyVote()));
    }

    private static @Nullable Vote earlyVote(io.unanimous.v1.Vote vote) throws RefusedException {
        return vote == io.unanimous.v1.Vote.VOTE_UNSPECIFIED ? null : vote("early_vote", vote);
    }

    private static Vote vote(String field, io.unanimous.v1.Vote vote) throws RefusedException {
        return switch (vote) {
            case VOTE_PREPARED -> Vote.PREPARED;
            case VOTE_READ_ONLY -> Vote.READ_ONLY;
            case VOTE_REFUSED -> Vote.REFUSED;
            case VOTE_UNSPECIFIED, UNRECOGNIZED -> throw meaningless(field, vote);
        };
    }

    Input vote(VoteCast vote, long connection) throws RefusedException {
        requireBytes("reason", vote.getReason(), limits.reasonBytesMax());
        return new Input.VoteReceived(
                connection,
                transaction(vote.getBranch().getTransactionId()),
                branch(vote.getBranch()),
                requirePositive("epoch", vote.getEpoch()),
                (int) requirePositive("attempt", vote.getAttempt()),
                vote("vote", vote.getVote()),
                vote.getReason());
    }

    Input ack(Ack ack, long connection) throws RefusedException {
        requireBytes("detail", ack.getDetail(), limits.reasonBytesMax());
        return new Input.AckReceived(
                connection,
                transaction(ack.getBranch().getTransactionId()),
                branch(ack.getBranch()),
                requirePositive("epoch", ack.getEpoch()),
                (int) requirePositive("attempt", ack.getAttempt()),
                command(ack.getCommand()),
                result(ack.getResult()),
                ack.getDetail());
    }

    private static Command command(io.unanimous.v1.Command command) throws RefusedException {
        return switch (command) {
            case COMMAND_COMMIT -> Command.COMMIT;
            case COMMAND_ROLLBACK -> Command.ROLLBACK;
            case COMMAND_FORGET -> Command.FORGET;
            case COMMAND_COMMIT_ONE_PHASE -> Command.COMMIT_ONE_PHASE;
            case COMMAND_UNSPECIFIED, UNRECOGNIZED -> throw meaningless("command", command);
        };
    }

    private static AckResult result(io.unanimous.v1.AckResult result) throws RefusedException {
        return switch (result) {
            case ACK_RESULT_DONE -> AckResult.DONE;
            case ACK_RESULT_RETRY -> AckResult.RETRY;
            case ACK_RESULT_HEURISTIC_COMMITTED -> AckResult.HEURISTIC_COMMITTED;
            case ACK_RESULT_HEURISTIC_ROLLED_BACK -> AckResult.HEURISTIC_ROLLED_BACK;
            case ACK_RESULT_HEURISTIC_MIXED -> AckResult.HEURISTIC_MIXED;
            case ACK_RESULT_HEURISTIC_HAZARD -> AckResult.HEURISTIC_HAZARD;
            case ACK_RESULT_ROLLED_BACK -> AckResult.ROLLED_BACK;
            case ACK_RESULT_UNKNOWN -> AckResult.UNKNOWN;
            case ACK_RESULT_UNSPECIFIED, UNRECOGNIZED -> throw meaningless("result", result);
        };
    }

    Input inquire(Inquire inquire, long connection) throws RefusedException {
        requireResource(inquire.getResource());
        requireCount("branches", inquire.getBranchesCount(), 0, edge.frameCommandsMax());
        List<Input.InquiredBranch> branches = new ArrayList<>(inquire.getBranchesCount());
        for (BranchId branch : inquire.getBranchesList()) {
            BranchName name = branch(branch);
            if (!name.resource().equals(inquire.getResource())) {
                throw new RefusedException(
                        RefusalReason.NOT_YOUR_RESOURCE,
                        "branch " + name + " is not of resource " + inquire.getResource() + ", which is asked about");
            }
            branches.add(new Input.InquiredBranch(transaction(branch.getTransactionId()), name));
        }
        return new Input.BranchesInquired(
                connection,
                inquire.getResource(),
                inquiryKind(inquire.getKind()),
                requirePositive("report_id", inquire.getReportId()),
                inquire.hasAsOf() ? position(inquire.getAsOf()) : null,
                branches,
                inquire.getLast());
    }

    private static InquiryKind inquiryKind(io.unanimous.v1.InquiryKind kind) throws RefusedException {
        return switch (kind) {
            case INQUIRY_KIND_SCAN -> InquiryKind.SCAN;
            case INQUIRY_KIND_LIVE -> InquiryKind.LIVE;
            case INQUIRY_KIND_OVERDUE -> InquiryKind.OVERDUE;
            case INQUIRY_KIND_UNSPECIFIED, UNRECOGNIZED -> throw meaningless("kind", kind);
        };
    }

    // ---- operators ----------------------------------------------------------------------------------------------

    Input list(ListTransactionsRequest request, ReplyTo replyTo) throws RefusedException {
        Set<TransactionState> states = EnumSet.noneOf(TransactionState.class);
        for (io.unanimous.v1.TransactionState state : request.getStatesList()) {
            TransactionState read = state(state);
            if (read == null) {
                throw meaningless("states", state);
            }
            states.add(read);
        }
        if (!request.getResource().isEmpty()) {
            requireResource(request.getResource());
        }
        if (!ID_TAIL.matcher(request.getIdTail()).matches()) {
            throw new RefusedException(
                    RefusalReason.MALFORMED_ID,
                    "id_tail must be at most " + TransactionId.TEXT_LENGTH + " characters of an id");
        }
        int pageSize = request.getPageSize() == 0 ? edge.pageSizeDefault() : request.getPageSize();
        requireCount("page_size", pageSize, 1, edge.pageSizeMax());
        TransactionId before = null;
        if (!request.getPageToken().isEmpty()) {
            before = TransactionId.parse(request.getPageToken())
                    .orElseThrow(() -> new RefusedException(
                            RefusalReason.MALFORMED_MESSAGE, "page_token is not from an earlier page"));
        }
        return new Input.ListAsked(
                replyTo,
                new TransactionFilter(
                        states,
                        requireNotNegative("min_age_ms", request.getMinAgeMs()),
                        request.getResource(),
                        request.getInDoubt(),
                        request.getHeuristic(),
                        request.getIdTail()),
                pageSize,
                before);
    }

    Input resolve(ResolveRequest request, ReplyTo replyTo) throws RefusedException {
        TransactionId transaction = transaction(request.getTransactionId());
        OverrideOrder order = order(request.getOverride());
        return switch (request.getWhatCase()) {
            case ROLLBACK -> {
                if (!request.getRollback()) {
                    throw new RefusedException(
                            RefusalReason.MALFORMED_MESSAGE, "rollback is false: say true, or name a branch");
                }
                yield new Input.RollbackForced(replyTo, transaction, order);
            }
            case BRANCH ->
                new Input.BranchOutcomeGiven(
                        replyTo,
                        transaction,
                        branchName(request.getBranch().getBranch()),
                        resolution(request.getBranch().getResolution()),
                        order);
            case WHAT_NOT_SET ->
                throw new RefusedException(
                        RefusalReason.MALFORMED_MESSAGE, "say what: rollback, or what became of a branch");
        };
    }

    private static Resolution resolution(io.unanimous.v1.Resolution resolution) throws RefusedException {
        return switch (resolution) {
            case RESOLUTION_COMMITTED -> Resolution.COMMITTED;
            case RESOLUTION_ROLLED_BACK -> Resolution.ROLLED_BACK;
            case RESOLUTION_GONE -> Resolution.GONE;
            case RESOLUTION_UNSPECIFIED, UNRECOGNIZED -> throw meaningless("resolution", resolution);
        };
    }

    Input releaseHold(ReleaseHoldRequest request, ReplyTo replyTo) throws RefusedException {
        requireBytes("evidence_id", request.getEvidenceId(), EVIDENCE_BYTES_MAX);
        return new Input.HoldReleaseRequested(replyTo, request.getEvidenceId(), order(request.getOverride()));
    }

    /** Who overrides, and why: a dry run needs a reason as well, so that it shows what would really happen. */
    OverrideOrder order(Override order) throws RefusedException {
        if (order.getReason().isBlank()) {
            throw new RefusedException(
                    RefusalReason.REASON_MISSING, "an override needs a reason, which is kept in the audit trail");
        }
        requireBytes("reason", order.getReason(), limits.reasonBytesMax());
        requireBytes("operator", order.getOperator(), limits.initiatorBytesMax());
        TransactionState expected = state(order.getExpectState());
        if (expected == null
                && order.getExpectState() != io.unanimous.v1.TransactionState.TRANSACTION_STATE_UNSPECIFIED) {
            throw meaningless("expect_state", order.getExpectState());
        }
        return new OverrideOrder(order.getReason(), order.getOperator(), expected, order.getDryRun());
    }

    private static @Nullable TransactionState state(io.unanimous.v1.TransactionState state) {
        return switch (state) {
            case TRANSACTION_STATE_ACTIVE -> TransactionState.ACTIVE;
            case TRANSACTION_STATE_PREPARING -> TransactionState.PREPARING;
            case TRANSACTION_STATE_COMMITTING -> TransactionState.COMMITTING;
            case TRANSACTION_STATE_COMMITTED -> TransactionState.COMMITTED;
            case TRANSACTION_STATE_ROLLING_BACK -> TransactionState.ROLLING_BACK;
            case TRANSACTION_STATE_ROLLED_BACK -> TransactionState.ROLLED_BACK;
            case TRANSACTION_STATE_ONE_PHASE -> TransactionState.ONE_PHASE;
            case TRANSACTION_STATE_UNKNOWN -> TransactionState.UNKNOWN;
            case TRANSACTION_STATE_UNSPECIFIED, UNRECOGNIZED -> null;
        };
    }

    // ---- shared -------------------------------------------------------------------------------------------------

    TransactionId transaction(String text) throws RefusedException {
        return TransactionId.parse(text)
                .orElseThrow(() ->
                        new RefusedException(RefusalReason.MALFORMED_ID, "not a transaction id: " + shortened(text)));
    }

    private static BranchName branch(BranchId branch) throws RefusedException {
        return branchName(branch.getBranch());
    }

    private static BranchName branchName(String text) throws RefusedException {
        return BranchName.parse(text)
                .orElseThrow(() ->
                        new RefusedException(RefusalReason.MALFORMED_ID, "not a branch name: " + shortened(text)));
    }

    private static LogPosition position(io.unanimous.v1.LogPosition position) throws RefusedException {
        String text = position.getCoordinator();
        UUID store;
        try {
            store = UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(RefusalReason.MALFORMED_ID, "not a coordinator's UUID: " + shortened(text));
        }
        if (text.length() != 36) {
            throw new RefusedException(RefusalReason.MALFORMED_ID, "not a coordinator's UUID: " + shortened(text));
        }
        requireCount("partition", position.getPartition(), 0, PARTITION_MAX);
        requireCount("epoch_nonce", position.getEpochNonce(), 0, NONCE_MAX);
        return new LogPosition(
                store,
                position.getPartition(),
                requireNotNegative("epoch", position.getEpoch()),
                position.getEpochNonce(),
                requireNotNegative("log_number", position.getLogNumber()));
    }

    void requireResource(String name) throws RefusedException {
        if (!BranchName.isResource(name)) {
            throw new RefusedException(
                    RefusalReason.MALFORMED_ID,
                    "a resource's name is 1 to " + BranchName.RESOURCE_BYTES_MAX + " bytes of [a-z0-9._-], not "
                            + shortened(name));
        }
    }

    /** Refuses a frame that is empty or too large. */
    void requireFrame(int commands, int bytes) throws RefusedException {
        requireCount("commands in a frame", commands, 1, edge.frameCommandsMax());
        if (bytes > edge.frameBytesMax()) {
            throw new RefusedException(
                    RefusalReason.LIMIT_EXCEEDED,
                    "a frame must be at most " + edge.frameBytesMax() + " bytes, not " + bytes);
        }
    }

    private static void requireBytes(String field, String value, int max) throws RefusedException {
        // No character of Java's takes more than three bytes: short values need not be encoded to be measured.
        if (value.length() * 3L > max) {
            int bytes = value.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > max) {
                throw new RefusedException(
                        RefusalReason.LIMIT_EXCEEDED, field + " must be at most " + max + " bytes, not " + bytes);
            }
        }
    }

    private static void requireCount(String field, int value, int min, int max) throws RefusedException {
        if (value < min || value > max) {
            throw new RefusedException(
                    RefusalReason.LIMIT_EXCEEDED,
                    field + " must be within " + min + " and " + max + ", not " + Integer.toUnsignedString(value));
        }
    }

    private static long requirePositive(String field, long value) throws RefusedException {
        if (value < 1) {
            throw new RefusedException(
                    RefusalReason.MALFORMED_MESSAGE, field + " must be a positive number below 2^63");
        }
        return value;
    }

    private static long requireNotNegative(String field, long value) throws RefusedException {
        if (value < 0) {
            throw new RefusedException(RefusalReason.MALFORMED_MESSAGE, field + " must be below 2^63");
        }
        return value;
    }

    private static RefusedException meaningless(String field, ProtocolMessageEnum value) {
        return new RefusedException(RefusalReason.MALFORMED_MESSAGE, field + " must be set to a known value: " + value);
    }

    /** What a peer sent, fit to be quoted in a message of ours. */
    private static String shortened(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= 80 ? "\"" + printable + "\"" : "\"" + printable.substring(0, 80) + "...\"";
    }
}
