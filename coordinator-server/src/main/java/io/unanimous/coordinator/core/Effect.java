package io.unanimous.coordinator.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that the core wants done. The runtime does it, after the log record that it awaits is on disk (P6).
 *
 * <p>The epoch and the last synced log number that messages carry are put in at the edge, when they are written.
 */
public sealed interface Effect {

    /** An effect on one participant's stream. */
    sealed interface OnConnection extends Effect {
        /** The stream. */
        long connection();
    }

    /** Answers a caller. */
    record Reply(ReplyTo replyTo, Answer answer) implements Effect {}

    /** Answers Hello. */
    record SendWelcome(long connection, boolean hold) implements OnConnection {}

    /** Answers an enlistment; the refusal is null when it holds. */
    record SendEnlisted(
            long connection,
            TransactionId transaction,
            BranchName branch,
            @Nullable Refusal refusal) implements OnConnection {}

    /** Asks for a vote. */
    record SendPrepare(long connection, TransactionId transaction, BranchName branch, int attempt, long voteWithinMs)
            implements OnConnection {}

    /** Commits a branch. */
    record SendCommit(
            long connection,
            TransactionId transaction,
            BranchName branch,
            int attempt,
            Payload payload,
            boolean onePhase)
            implements OnConnection {}

    /** Rolls a branch back. */
    record SendRollback(long connection, TransactionId transaction, BranchName branch, int attempt, String reason)
            implements OnConnection {}

    /** Lets a resource forget a heuristic outcome. */
    record SendForget(long connection, TransactionId transaction, BranchName branch, int attempt)
            implements OnConnection {}

    /** Answers an inquiry about one branch; the report is 0 when the answer comes later than the report's end. */
    record SendOutcome(
            long connection,
            TransactionId transaction,
            BranchName branch,
            int attempt,
            BranchAnswer answer,
            String detail,
            Payload payload,
            long reportId)
            implements OnConnection {}

    /** Ends a participant's stream. */
    record CloseConnection(long connection, Refusal refusal) implements OnConnection {}

    /** Tells those who watch that a transaction changed; {@code resources} are those of its branches. */
    record NotifyWatchers(List<Long> watchers, TransactionSummary transaction, List<String> resources, long wallMs)
            implements Effect {}

    /** Deletes records that nothing needs any more. Deleting them again after a crash does no harm. */
    record PruneRecords(long[] numbers) implements Effect {}

    /** Tells the daemon's log, and through it whoever is on call. The transaction is null when none is concerned. */
    record Announce(Severity severity, @Nullable TransactionId transaction, String text) implements Effect {}

    /** How urgent an announcement is. */
    enum Severity {
        INFO,
        WARNING,
        /** Somebody has to look. */
        ALARM
    }
}
