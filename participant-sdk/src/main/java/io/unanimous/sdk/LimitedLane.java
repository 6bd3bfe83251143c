package io.unanimous.sdk;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Lets at most so many tasks run at once on an executor that others use too: what this lane cannot take stays free for
 * them. Tasks start in order. Safe for many threads.
 */
final class LimitedLane implements Executor {

    private final Executor workers;
    private final int runningMax;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;

    LimitedLane(Executor workers, int runningMax) {
        this.workers = workers;
        this.runningMax = runningMax;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            if (running >= runningMax) {
                waiting.add(task);
                return;
            }
            running++;
        }
        start(task);
    }

    private void start(Runnable task) {
        workers.execute(() -> {
            try {
                task.run();
            } finally {
                ended();
            }
        });
    }

    private void ended() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                running--;
                return;
            }
        }
        start(next);
    }
}
