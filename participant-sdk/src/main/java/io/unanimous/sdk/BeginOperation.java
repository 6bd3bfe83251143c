package io.unanimous.sdk;

import io.grpc.Status;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;

/** Begins a transaction. Never asked twice: a transaction whose answer was lost ends by its timeout. */
final class BeginOperation extends Operation<String> {

    private final BeginRequest request;

    BeginOperation(BeginRequest request, long deadlineNanos) {
        super(deadlineNanos);
        this.request = request;
    }

    @Override
    SessionCommand.Builder command(long nanosLeft) {
        return SessionCommand.newBuilder().setBegin(request);
    }

    @Override
    void answered(SessionReply reply, long now) {
        if (reply.hasBegin() && Names.isTransactionId(reply.getBegin().getTransactionId())) {
            complete(reply.getBegin().getTransactionId());
        } else if (reply.hasRefusal() && Refusals.isA(reply.getRefusal(), Status.Code.UNAVAILABLE)) {
            fail(new CoordinatorUnavailableException(
                    "The coordinator does not begin transactions now: "
                            + reply.getRefusal().getMessage(),
                    null));
        } else if (reply.hasRefusal()) {
            fail(Refusals.rejected(reply.getRefusal()));
        } else {
            fail(new CoordinatorUnavailableException("The coordinator answered Begin with nonsense: " + reply, null));
        }
    }

    @Override
    boolean isRepeatable() {
        return false;
    }

    @Override
    String transactionId() {
        return "";
    }

    @Override
    UnanimousException expired(Status lastFailure) {
        return new CoordinatorUnavailableException(
                "No transaction was begun in time. Last failure: " + Texts.of(lastFailure), lastFailure.getCause());
    }
}
