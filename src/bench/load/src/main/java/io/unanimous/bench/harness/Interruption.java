package io.unanimous.bench.harness;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What Ctrl-C does: it ends the measurement that runs, and the process waits until what was measured has been told. */
final class Interruption implements AutoCloseable {

    private static final int TELL_SECONDS = 60;
    private static final Runnable NOTHING = () -> {};

    private final Thread hook = new Thread(this::request, "interruption");
    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch told = new CountDownLatch(1);

    private Runnable end = NOTHING;

    private Interruption() {}

    /** From now on Ctrl-C does this, until it is closed. */
    static Interruption armed() {
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    /** One that no signal requests. */
    static Interruption unarmed() {
        return new Interruption();
    }

    /** Requests it, and waits until what was measured has been told. */
    void request() {
        Runnable running;
        synchronized (this) {
            requested.countDown();
            running = end;
        }
        running.run();
        try {
            var unused = told.await(TELL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    /** Something runs now that an interruption ends; at once, if there was one before. */
    void ends(Runnable running) {
        boolean late;
        synchronized (this) {
            end = running;
            late = requested.getCount() == 0;
        }
        if (late) {
            running.run();
        }
    }

    /** Nothing runs any more. */
    synchronized void endsNothing() {
        end = NOTHING;
    }

    /** Whether it was requested. */
    boolean requested() {
        return requested.getCount() == 0;
    }

    /** The same, or is within this time: a terminal tells all processes of Ctrl-C, and another may have ended first. */
    boolean requestedWithin(long ms) throws InterruptedException {
        return requested.await(ms, TimeUnit.MILLISECONDS);
    }

    /** All was told. */
    @Override
    public void close() {
        told.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endsAlready) {
            // The hook runs now, and has just been let go.
        }
    }
}
