package io.unanimous.sdk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction that this client has begun. Pass its {@link #id()} to every service that does part of the work, and end
 * it with {@link #commit()}; left without, {@link #close()} rolls it back. Safe for many threads.
 *
 * <p>Only the first of commit and rollback counts: asked again, each gives the answer of the first.
 */
public final class GlobalTransaction implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GlobalTransaction.class);

    private final String id;
    private final TransactionOptions options;
    private final Function<Boolean, CompletableFuture<TransactionOutcome>> end;
    private final Stages stages;
    private @Nullable CompletableFuture<TransactionOutcome> commit;
    private @Nullable CompletableFuture<TransactionOutcome> rollback;

    /** @param end commits if true, else rolls back; its future completes on the session's loop */
    GlobalTransaction(
            String id,
            TransactionOptions options,
            Function<Boolean, CompletableFuture<TransactionOutcome>> end,
            Stages stages) {
        this.id = id;
        this.options = options;
        this.end = end;
        this.stages = stages;
    }

    /** Its id: 60 printable characters. */
    public String id() {
        return id;
    }

    /** How it was begun. */
    public TransactionOptions options() {
        return options;
    }

    /**
     * Commits, and returns when the coordinator has answered: by default when every branch has followed.
     *
     * @return the outcome, committed; perhaps with branches pending if {@code answerWithin} was about to run out
     * @throws RolledBackException if it rolled back, and why
     * @throws OutcomeUnknownException if no answer came in time: ask again with {@link UnanimousClient#outcome}
     * @throws RequestRejectedException if the coordinator refused the request
     */
    public TransactionOutcome commit() {
        return stages.await(commitOnce(), interrupt -> new OutcomeUnknownException(id, false, interrupt));
    }

    /** As {@link #commit}; completes on an SDK thread, exceptionally with the same exceptions. */
    public CompletionStage<TransactionOutcome> commitAsync() {
        return stages.handOut(commitOnce());
    }

    /**
     * Rolls back.
     *
     * @throws OutcomeUnknownException if no answer came in time: it rolls back by its timeout, unless a commit was asked
     *     for before
     * @throws RequestRejectedException if the coordinator refused the request: it is committed already, for instance
     */
    public TransactionOutcome rollback() {
        return stages.await(rollbackOnce(), interrupt -> new OutcomeUnknownException(id, false, interrupt));
    }

    /** As {@link #rollback}; completes on an SDK thread, exceptionally with the same exceptions. */
    public CompletionStage<TransactionOutcome> rollbackAsync() {
        return stages.handOut(rollbackOnce());
    }

    /**
     * Rolls back if neither commit nor rollback was asked for, or if the commit was refused and changed nothing. It does
     * not throw: a transaction that is not committed rolls back in any case, by its timeout at the latest.
     */
    @Override
    public void close() {
        if (isEnded()) {
            return;
        }
        try {
            var unused = rollback();
        } catch (UnanimousException unanswered) {
            LOG.warn(
                    "The rollback of {} was not confirmed; it rolls back by its timeout: {}",
                    id,
                    unanswered.getMessage());
        }
    }

    private synchronized boolean isEnded() {
        return rollback != null || (commit != null && !wasRejected(commit));
    }

    private static boolean wasRejected(CompletableFuture<TransactionOutcome> future) {
        if (!future.isCompletedExceptionally()) {
            return false;
        }
        return future.handle((outcome, failure) -> failure instanceof RequestRejectedException)
                .join();
    }

    private synchronized CompletableFuture<TransactionOutcome> commitOnce() {
        if (commit == null) {
            commit = end.apply(true);
        }
        return commit;
    }

    private synchronized CompletableFuture<TransactionOutcome> rollbackOnce() {
        if (rollback == null) {
            rollback = end.apply(false);
        }
        return rollback;
    }

    @Override
    public String toString() {
        return "transaction " + id;
    }
}
