package io.unanimous.sdk;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after another, in turns, on threads that it borrows. State touched only by its tasks needs no lock.
 *
 * <p>A turn runs what is queued and ends with one call of {@code endOfTurn}, which sends what the tasks produced:
 * whatever many threads asked for in the meantime leaves in one frame. Tasks must not block. A task may queue others;
 * they run after it, never inside it.
 */
final class SerialLoop implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(SerialLoop.class);

    private final Executor threads;
    private final Runnable endOfTurn;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean turning = new AtomicBoolean();

    SerialLoop(Executor threads, Runnable endOfTurn) {
        this.threads = threads;
        this.endOfTurn = endOfTurn;
    }

    /** Queues a task. From any thread. */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        turnSoon();
    }

    private void turnSoon() {
        if (!tasks.isEmpty() && turning.compareAndSet(false, true)) {
            threads.execute(this::turn);
        }
    }

    private void turn() {
        for (int n = 0; n < Limits.TURN_TASKS_MAX; n++) {
            Runnable task = tasks.poll();
            if (task == null) {
                break;
            }
            run(task);
        }
        run(endOfTurn);
        turning.set(false);
        turnSoon();
    }

    /** A fault in one task must not strand the work of all others: it is logged whole, and the loop goes on. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error fault) {
            LOG.error("A fault in the SDK, please report it; the client goes on", fault);
        }
    }
}
