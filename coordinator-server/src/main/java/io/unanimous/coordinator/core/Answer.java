package io.unanimous.coordinator.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a waiting caller is told. */
public sealed interface Answer {

    /** It was refused, and nothing changed. */
    record Refused(Refusal refusal) implements Answer {}

    /** A transaction began. */
    record Begun(TransactionId transaction, long timeoutMs) implements Answer {}

    /** What became of a request to commit: COMMITTED, UNKNOWN, or IN_PROGRESS when the caller's time ran out. */
    record CommitAnswered(Outcome outcome, int pendingBranches, HeuristicMark heuristic) implements Answer {}

    /** What became of a request to roll back: ROLLED_BACK, or IN_PROGRESS in one phase. */
    record RollbackAnswered(Outcome outcome, int pendingBranches) implements Answer {}

    /** What became of a transaction; the state is null when the outcome is presumed. */
    record OutcomeTold(
            Outcome outcome,
            @Nullable TransactionState state,
            int pendingBranches,
            HeuristicMark heuristic,
            String reason)
            implements Answer {}

    /** An override was carried out, or with a dry run would be: {@code after} is null then. */
    record OverrideDone(TransactionSummary before, @Nullable TransactionSummary after, String effect)
            implements Answer {}

    /** Commands were sent again. */
    record Retried(int sent, int unreachable) implements Answer {}

    /** The hold was lifted, or with a dry run would be. */
    record HoldReleased(HoldView hold) implements Answer {}

    /** A page of transactions; {@code next} is null after the last. */
    record Listed(
            List<TransactionSummary> transactions, @Nullable TransactionId next) implements Answer {}

    /** One transaction whole. */
    record Described(TransactionDetail transaction) implements Answer {}

    /** The participants and resources. */
    record ParticipantsListed(List<ParticipantView> participants, List<ResourceView> resources) implements Answer {}

    /** The status. */
    record StatusTold(StatusView status) implements Answer {}
}
