package io.unanimous.sdk;

import io.grpc.Status;
import io.unanimous.sdk.TransactionOutcome.Heuristic;
import io.unanimous.v1.AnswerAt;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.Refusal;
import io.unanimous.v1.RollbackRequest;
import io.unanimous.v1.RollbackResponse;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;

/** Commits a transaction or rolls it back. Idempotent by its id, so it is asked again until its time is up. */
final class EndOperation extends Operation<TransactionOutcome> {

    private final String transactionId;
    private final boolean commit;
    private final TransactionOptions.AnswerAt answerAt;

    EndOperation(String transactionId, boolean commit, TransactionOptions.AnswerAt answerAt, long deadlineNanos) {
        super(deadlineNanos);
        this.transactionId = transactionId;
        this.commit = commit;
        this.answerAt = answerAt;
    }

    @Override
    SessionCommand.Builder command(long nanosLeft) {
        long withinMs = Math.max(1, Math.min(nanosLeft / 1_000_000, Limits.TRANSACTION_TIMEOUT_MAX.toMillis()));
        AnswerAt at = switch (answerAt) {
            case ALL_ACKNOWLEDGED -> AnswerAt.ANSWER_AT_ALL_ACKNOWLEDGED;
            case DECISION -> AnswerAt.ANSWER_AT_DECISION;
        };
        SessionCommand.Builder command = SessionCommand.newBuilder();
        if (commit) {
            command.setCommit(CommitRequest.newBuilder()
                    .setTransactionIdBytes(Wire.ascii(transactionId))
                    .setAnswerAt(at)
                    .setAnswerWithinMs(withinMs));
        } else {
            command.setRollback(RollbackRequest.newBuilder()
                    .setTransactionIdBytes(Wire.ascii(transactionId))
                    .setAnswerAt(at)
                    .setAnswerWithinMs(withinMs));
        }
        return command;
    }

    @Override
    void answered(SessionReply reply, long now) {
        if (commit && reply.hasCommit()) {
            committed(reply.getCommit());
        } else if (!commit && reply.hasRollback()) {
            rolledBack(reply.getRollback());
        } else if (reply.hasRefusal()) {
            refused(reply.getRefusal(), now);
        } else {
            fail(new OutcomeUnknownException(
                    transactionId,
                    false,
                    new CoordinatorUnavailableException("The coordinator answered with nonsense: " + reply, null)));
        }
    }

    private void committed(CommitResponse answer) {
        switch (Outcomes.status(answer.getOutcome())) {
            case COMMITTED ->
                complete(new TransactionOutcome(
                        transactionId,
                        TransactionOutcome.Status.COMMITTED,
                        answer.getPendingBranches(),
                        Outcomes.heuristic(answer.getHeuristic()),
                        ""));
            case ROLLED_BACK -> fail(new RolledBackException(transactionId, "", "", ""));
            case UNKNOWN -> fail(new OutcomeUnknownException(transactionId, true, null));
            case IN_PROGRESS -> wasHeard();
        }
    }

    private void rolledBack(RollbackResponse answer) {
        switch (Outcomes.status(answer.getOutcome())) {
            case ROLLED_BACK -> complete(rolledBack(answer.getPendingBranches()));
            case IN_PROGRESS -> wasHeard();
            case COMMITTED, UNKNOWN -> fail(new OutcomeUnknownException(transactionId, true, null));
        }
    }

    private void refused(Refusal refusal, long now) {
        if (Refusals.passes(refusal)) {
            askAgainIn(refusal, now);
        } else if (Refusals.isA(refusal, Status.Code.ABORTED) && commit) {
            fail(Refusals.rolledBack(transactionId, refusal));
        } else if (Refusals.isA(refusal, Status.Code.ABORTED)) {
            complete(rolledBack(0));
        } else if (mayHaveBeenDone() && commit) {
            // This asking is refused, but an earlier one may have been heard, and nobody here knows how it went.
            boolean lost = Refusals.isA(refusal, Status.Code.NOT_FOUND);
            fail(new OutcomeUnknownException(transactionId, lost, Refusals.rejected(refusal)));
        } else {
            fail(Refusals.rejected(refusal));
        }
    }

    private TransactionOutcome rolledBack(int pendingBranches) {
        return new TransactionOutcome(
                transactionId, TransactionOutcome.Status.ROLLED_BACK, pendingBranches, Heuristic.NONE, "");
    }

    @Override
    boolean isRepeatable() {
        return true;
    }

    @Override
    String transactionId() {
        return transactionId;
    }

    @Override
    UnanimousException expired(Status lastFailure) {
        return new OutcomeUnknownException(
                transactionId,
                false,
                new CoordinatorUnavailableException("No answer in time. Last failure: " + Texts.of(lastFailure), null));
    }
}
