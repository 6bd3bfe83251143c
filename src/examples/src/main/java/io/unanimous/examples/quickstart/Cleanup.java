package io.unanimous.examples.quickstart;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.LoggerFactory;

/**
 * Ends everything that was started, the newest first, once: at the end of the run, after a failure, or from the
 * shutdown hook after Ctrl-C. Safe for use by many threads.
 */
final class Cleanup implements AutoCloseable {

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final ReentrantLock ending = new ReentrantLock();
    private boolean closing;

    /**
     * Takes what is to be ended.
     *
     * @throws QuickstartFailure if the end has begun; then it was ended at once
     */
    <T extends AutoCloseable> T add(T toEnd) {
        synchronized (this) {
            if (!closing) {
                started.push(toEnd);
                return toEnd;
            }
        }
        end(toEnd);
        throw new QuickstartFailure("The quickstart is ending");
    }

    /** Whether the end has begun: what fails from then on is a consequence. */
    synchronized boolean closing() {
        return closing;
    }

    /** Returns when everything has ended, also if another thread is at it. */
    @Override
    public void close() {
        ending.lock();
        try {
            takeAll().forEach(Cleanup::end);
        } finally {
            ending.unlock();
        }
    }

    private synchronized Deque<AutoCloseable> takeAll() {
        closing = true;
        Deque<AutoCloseable> all = new ArrayDeque<>(started);
        started.clear();
        return all;
    }

    private static void end(AutoCloseable toEnd) {
        try {
            toEnd.close();
        } catch (Exception e) { // Whatever fails to end must not keep the others from ending.
            LoggerFactory.getLogger(Cleanup.class).warn("Could not end {}", toEnd, e);
        }
    }
}
