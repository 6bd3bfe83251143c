package io.unanimous.sdk.xa;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An enlistment that was sent to the coordinator while the work began. */
record BranchEnlistment(CompletableFuture<?> confirmation) {

    /** Waits for the confirmation, and tells why there is none. An interrupted wait is none, and stays interrupted. */
    Optional<Throwable> failure(Duration within) {
        try {
            confirmation.get(within.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            return Optional.of(new TimeoutException("no answer within enlistTimeout " + within));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(e);
        }
    }
}
