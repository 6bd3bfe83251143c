package io.unanimous.sdk;

import io.grpc.Status;
import io.unanimous.v1.GetTransactionRequest;
import io.unanimous.v1.GetTransactionResponse;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;

/** Asks what became of a transaction. */
final class OutcomeOperation extends Operation<TransactionOutcome> {

    private final String transactionId;

    OutcomeOperation(String transactionId, long deadlineNanos) {
        super(deadlineNanos);
        this.transactionId = transactionId;
    }

    @Override
    SessionCommand.Builder command(long nanosLeft) {
        return SessionCommand.newBuilder()
                .setGetTransaction(GetTransactionRequest.newBuilder().setTransactionId(transactionId));
    }

    @Override
    void answered(SessionReply reply, long now) {
        if (reply.hasGetTransaction()) {
            GetTransactionResponse answer = reply.getGetTransaction();
            complete(new TransactionOutcome(
                    transactionId,
                    Outcomes.status(answer.getOutcome()),
                    answer.getPendingBranches(),
                    Outcomes.heuristic(answer.getHeuristic()),
                    answer.getReason()));
        } else if (reply.hasRefusal() && Refusals.passes(reply.getRefusal())) {
            askAgainIn(reply.getRefusal(), now);
        } else if (reply.hasRefusal()) {
            fail(Refusals.rejected(reply.getRefusal()));
        } else {
            fail(new CoordinatorUnavailableException("The coordinator answered with nonsense: " + reply, null));
        }
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
        return new CoordinatorUnavailableException(
                "The outcome of " + transactionId + " could not be asked in time. Last failure: "
                        + Texts.of(lastFailure),
                lastFailure.getCause());
    }
}
