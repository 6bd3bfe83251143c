package io.unanimous.sdk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What a client runs on: time, threads, chance and the evidence file. For tests and simulators, which bring their own and
 * decide what happens when; applications have no use for it.
 */
public interface Environment {

    /** The clock and the ticks. */
    Clockwork clockwork();

    /** Runs the loops: short tasks that never block. */
    Executor loops();

    /** Completes the stages that applications hold: their dependants may block it. */
    Executor callbacks();

    /** Opens the threads that call one participant; they end when there is nothing to do. */
    Executor workers(String resource, int threads);

    /** For jitter. Used by many threads. */
    RandomGenerator random();

    /** For names that no other process may ever draw. Used by many threads. */
    RandomGenerator unique();

    /**
     * Opens the file in which evidence outlives the process.
     *
     * @throws IOException if it cannot be used, or belongs to another client
     */
    EvidenceStore evidence(Path file) throws IOException;

    /** Stops the ticks. What is queued still runs, so that nobody waits for ever. */
    void close();
}
