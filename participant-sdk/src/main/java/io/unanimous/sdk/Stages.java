package io.unanimous.sdk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Between the futures that loops complete and the application's threads. */
final class Stages {

    private final Executor callbacks;

    Stages(Executor callbacks) {
        this.callbacks = callbacks;
    }

    /**
     * A stage that completes on a callback thread: what an application hangs on it cannot hold up a loop. It is the
     * application's own, and no minimal stage, which would wrap every exception in a CompletionException.
     */
    <T> CompletionStage<T> handOut(CompletableFuture<T> future) {
        CompletableFuture<T> out = new CompletableFuture<>();
        var unused = future.whenCompleteAsync(
                (value, failure) -> {
                    if (failure != null) {
                        out.completeExceptionally(unwrapped(failure));
                    } else {
                        out.complete(value);
                    }
                },
                callbacks);
        return out;
    }

    /**
     * Waits for a future that ends by its own deadline.
     *
     * @param interrupted what to throw when the waiting thread is interrupted; it stays interrupted
     */
    <T> T await(CompletableFuture<T> future, Function<InterruptedException, UnanimousException> interrupted) {
        try {
            return future.get();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw interrupted.apply(interrupt);
        } catch (ExecutionException failure) {
            throw thrownHere(unwrapped(failure));
        }
    }

    /** The SDK's own exceptions keep their type, and show the caller's stack beside the one they were made on. */
    private static RuntimeException thrownHere(Throwable failure) {
        if (failure instanceof UnanimousException known) {
            known.addSuppressed(new CallerStack());
            return known;
        }
        return failure instanceof RuntimeException unchecked ? unchecked : new CompletionException(failure);
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapper = failure instanceof CompletionException || failure instanceof ExecutionException;
        return wrapper && cause != null ? cause : failure;
    }

    /** Shows who waited. */
    private static final class CallerStack extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CallerStack() {
            super("waited for here");
        }
    }
}
