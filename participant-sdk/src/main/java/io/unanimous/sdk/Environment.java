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

    /** Opens the threads that call one participant. */
    Workers workers(String resource, int threads);

    /** For jitter. Used by many threads. */
    RandomGenerator random();

    /** Ends every thread, without waiting for calls that do not return. */
    void close();

    /** The threads that call one participant. */
    interface Workers extends Executor {
        /** Accepts no more calls; threads end as they fall idle. */
        void close();
    }
}
