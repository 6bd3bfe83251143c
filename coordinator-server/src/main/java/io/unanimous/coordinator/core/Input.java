package io.unanimous.coordinator.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that reached the coordinator. The edge has checked its form: ids parse, sizes keep to {@link Limits}.
 *
 * <p>A connection is named by a number that is larger for every later one and never used again, so that what comes
 * over an older stream can be told from what comes over a newer one.
 */
public sealed interface Input {

    /** How gladly it is dropped under load (P13). */
    enum Shedding {
        /** First: new work. */
        FIRST,
        /** Next: questions. */
        NEXT,
        /** Never: what ends transactions, and what operators ask for. */
        NEVER
    }

    /** How gladly this input is dropped under load. */
    default Shedding shedding() {
        return Shedding.NEVER;
    }

    // ---- from initiators ----------------------------------------------------------------------------------------

    /** A client wants a transaction. */
    record BeginRequested(ReplyTo replyTo, long timeoutMs, int flags, String initiator) implements Input {
        @Override
        public Shedding shedding() {
            return Shedding.FIRST;
        }
    }

    /** A client wants it committed, and an answer within a time. */
    record CommitRequested(ReplyTo replyTo, TransactionId transaction, AnswerAt answerAt, long answerWithinMs)
            implements Input {}

    /** A client wants it rolled back, and an answer within a time. */
    record RollbackRequested(
            ReplyTo replyTo, TransactionId transaction, String reason, AnswerAt answerAt, long answerWithinMs)
            implements Input {}

    /** A client asks what became of it. */
    record OutcomeAsked(ReplyTo replyTo, TransactionId transaction) implements Input {
        @Override
        public Shedding shedding() {
            return Shedding.NEXT;
        }
    }

    // ---- from participants --------------------------------------------------------------------------------------

    /** A participant said Hello. */
    record ParticipantConnected(
            long connection,
            String participant,
            String incarnation,
            List<ResourceRegistration> resources,
            List<LogPosition> seen)
            implements Input {}

    /** A participant's stream ended. */
    record ParticipantLost(long connection) implements Input {}

    /** A participant began work, or is about to. */
    record BranchEnlisted(
            long connection,
            TransactionId transaction,
            BranchName branch,
            Payload payload,
            @Nullable Vote earlyVote) implements Input {
        @Override
        public Shedding shedding() {
            return Shedding.FIRST;
        }
    }

    /** A branch voted. */
    record VoteReceived(
            long connection,
            TransactionId transaction,
            BranchName branch,
            long epoch,
            int attempt,
            Vote vote,
            String reason)
            implements Input {}

    /** A branch answered a command. */
    record AckReceived(
            long connection,
            TransactionId transaction,
            BranchName branch,
            long epoch,
            int attempt,
            Command command,
            AckResult result,
            String detail)
            implements Input {}

    /**
     * One branch that is asked about.
     *
     * @param transaction the id that the resource shows
     * @param branch the branch
     */
    record InquiredBranch(TransactionId transaction, BranchName branch) {}

    /** A participant asks about branches of one resource; {@code last} ends the report. */
    record BranchesInquired(
            long connection,
            String resource,
            InquiryKind kind,
            long reportId,
            @Nullable LogPosition asOf,
            List<InquiredBranch> branches,
            boolean last)
            implements Input {}

    // ---- from operators -----------------------------------------------------------------------------------------

    /** An operator ends an undecided transaction past its deadline. */
    record RollbackForced(ReplyTo replyTo, TransactionId transaction, OverrideOrder order) implements Input {}

    /** An operator says what became of a branch. */
    record BranchOutcomeGiven(
            ReplyTo replyTo, TransactionId transaction, BranchName branch, Resolution resolution, OverrideOrder order)
            implements Input {}

    /** An operator takes note of heuristic outcomes. */
    record HeuristicNoted(ReplyTo replyTo, TransactionId transaction, OverrideOrder order) implements Input {}

    /** An operator wants commands sent again at once. */
    record RetryRequested(ReplyTo replyTo, TransactionId transaction) implements Input {}

    /** An operator lifts the hold. */
    record HoldReleaseRequested(ReplyTo replyTo, String evidenceId, OverrideOrder order) implements Input {}

    /** An operator wants a page of transactions. */
    record ListAsked(
            ReplyTo replyTo,
            TransactionFilter filter,
            int pageSize,
            @Nullable TransactionId before) implements Input {}

    /** An operator wants one transaction whole. */
    record DescriptionAsked(ReplyTo replyTo, TransactionId transaction) implements Input {}

    /** An operator wants to see participants and resources. */
    record ParticipantsAsked(ReplyTo replyTo) implements Input {}

    /** An operator wants the status. */
    record StatusAsked(ReplyTo replyTo) implements Input {}

    /** An operator watches; from now on every change of a transaction is told. */
    record WatchStarted(long watcher) implements Input {}

    /** An operator watches no more. */
    record WatchStopped(long watcher) implements Input {}

    // ---- from the runtime ---------------------------------------------------------------------------------------

    /** The log is on disk up to this number: the backoff of what was decided by then starts now (P6). */
    record LogSynced(long number) implements Input {}

    /** Time has passed. */
    record Tick() implements Input {}
}
