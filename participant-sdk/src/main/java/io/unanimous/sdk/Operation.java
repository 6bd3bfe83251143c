package io.unanimous.sdk;

import io.grpc.Status;
import io.unanimous.v1.Refusal;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Something that a client asked for over its session and that is not answered yet: it knows its command, what a reply
 * means, and what is to be said when time runs out. Confined to the session's loop, but for the future.
 *
 * @param <R> what the caller gets
 */
abstract sealed class Operation<R> permits BeginOperation, EndOperation, OutcomeOperation {

    private final CompletableFuture<R> future = new CompletableFuture<>();
    private final long deadlineNanos;

    /** Under which it was asked on the present stream. */
    private final List<Long> requestIds = new ArrayList<>(1);

    private boolean sent;
    private boolean askedBefore;
    private int asks;
    private long askAgainAtNanos;

    Operation(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
    }

    /** Completed on the session's loop. */
    final CompletableFuture<R> future() {
        return future;
    }

    final long deadlineNanos() {
        return deadlineNanos;
    }

    /** The command, for an answer within this time from now. */
    abstract SessionCommand.Builder command(long nanosLeft);

    /** Takes a reply; completes the future, or says {@link #askAgainIn}. */
    abstract void answered(SessionReply reply, long now);

    /** It may be asked again without doing anything twice. */
    abstract boolean isRepeatable();

    /** A question that the coordinator answers at once and that says whether it still hears us; empty id for none. */
    abstract String transactionId();

    /** What the caller is told when no answer came in time. */
    abstract UnanimousException expired(Status lastFailure);

    // ------------------------------------------------------------------------------------------- kept by the session

    final List<Long> requestIds() {
        return requestIds;
    }

    /** It was queued to be sent, to be asked again at {@code again}. */
    final void asked(long requestId, long again) {
        askedBefore |= sent;
        requestIds.add(requestId);
        asks++;
        askAgainAtNanos = again;
    }

    /** It left on a stream. */
    final void sent() {
        sent = true;
    }

    final boolean wasSent() {
        return sent;
    }

    /** How often it was asked. */
    final int asks() {
        return asks;
    }

    final long askAgainAtNanos() {
        return askAgainAtNanos;
    }

    final void askAgainAt(long nanos) {
        askAgainAtNanos = nanos;
    }

    // ------------------------------------------------------------------------------------------ for the subclasses

    /** An earlier asking, whose answer was not heard, may have been carried out. */
    final boolean mayHaveBeenDone() {
        return askedBefore;
    }

    /** Whatever refuses it now, an earlier asking was heard. */
    final void wasHeard() {
        askedBefore = true;
    }

    final void askAgainIn(Refusal refusal, long now) {
        if (refusal.getRetryAfterMs() > 0) {
            askAgainAtNanos = now + Math.min(refusal.getRetryAfterMs(), Limits.RETRY_AFTER_MAX.toMillis()) * 1_000_000;
        } else {
            askAgainAtNanos = Math.min(askAgainAtNanos, now + Limits.RETRY_AFTER_DEFAULT.toNanos());
        }
    }

    final void complete(R result) {
        future.complete(result);
    }

    final void fail(UnanimousException failure) {
        future.completeExceptionally(failure);
    }
}
