package io.unanimous.bench.contender;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A contender whose transactions block: each slot has a thread of its own. */
public abstract class BlockingContender implements Contender {

    private static final int STOP_SECONDS = 30;

    private final ExecutorService threads;

    /** With a thread for each transaction in flight. */
    protected BlockingContender(Setting setting) {
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(setting.inFlight(), task -> {
            Thread thread = new Thread(task, "transactions-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** As {@link #transact}, on a thread that may block. */
    protected abstract Outcome transactBlocking(int slot) throws Exception;

    @Override
    public final CompletionStage<Outcome> transact(int slot) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                outcome.complete(transactBlocking(slot));
            } catch (Throwable failed) {
                outcome.completeExceptionally(failed);
            }
        });
        return outcome;
    }

    /** Ends the threads; call it first when overriding. */
    @Override
    public void close() throws Exception {
        threads.shutdown();
        if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            threads.shutdownNow();
            throw new IllegalStateException("transactions still run " + STOP_SECONDS + " s after the load has ended");
        }
    }
}
