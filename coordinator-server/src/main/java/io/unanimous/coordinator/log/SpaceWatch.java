package io.unanimous.coordinator.log;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that looks at the disk once a second, so that neither the loop nor the log writer waits for that. */
final class SpaceWatch implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(SpaceWatch.class);
    private static final long PERIOD_MS = 1_000;

    private final SpaceGuard guard;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private boolean failing;

    private SpaceWatch(SpaceGuard guard) {
        this.guard = guard;
        this.thread = new Thread(this::run, "log-space");
        this.thread.setDaemon(true);
    }

    static SpaceWatch start(SpaceGuard guard) {
        SpaceWatch watch = new SpaceWatch(guard);
        watch.thread.start();
        return watch;
    }

    private void run() {
        try {
            do {
                look();
            } while (!closing.await(PERIOD_MS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            guard.check();
            guard.replenish();
            failing = false;
        } catch (IOException e) {
            // The log itself will tell if it cannot write; that the reserve cannot is no reason to stop.
            if (!failing) {
                logger.warn("cannot look after the disk's room: {}", e.getMessage());
            }
            failing = true;
        }
    }

    /** Ends the thread, and waits for it: it writes into the store's directory. */
    @Override
    public void close() {
        closing.countDown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
