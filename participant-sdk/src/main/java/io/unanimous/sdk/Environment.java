package io.unanimous.sdk;

import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** What a client runs on: time, threads and chance. Tests bring their own and decide what happens when. */
interface Environment {

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

    /** Stops the ticks. What is queued still runs, so that nobody waits for ever. */
    void close();
}
