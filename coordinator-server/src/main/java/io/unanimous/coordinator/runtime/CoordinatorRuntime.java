package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.Coordinator;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Turn;
import io.unanimous.coordinator.log.DecisionLog;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * A started coordinator with its two threads: the loop's, which alone touches the coordinator, and the log's.
 *
 * <p>The failure rule: an exception on either thread means that nobody knows what is on disk, or that an invariant is
 * broken. Nothing is released any more, and the fault handler is told, once.
 *
 * <p>Without {@link #start}, a test or a simulation drives it on a thread of its own with {@link #runTurn} and
 * {@link #runBatch}.
 */
public final class CoordinatorRuntime implements AutoCloseable {

    /** How long close waits for the loop and the log to finish what they have. */
    private static final long CLOSE_WAIT_MS = 10_000;

    private final Mailbox mailbox;
    private final LogWriter writer;
    private final CoordinatorLoop loop;
    private final FaultHandler faultHandler;
    private final LongAdder shed;
    private final Thread loopThread = new Thread(this::runLoop, "coordinator-loop");
    private final Thread logThread = new Thread(this::runLog, "log-writer");
    private final AtomicBoolean failed = new AtomicBoolean();
    private volatile boolean loopStops;
    private volatile boolean logStops;
    private volatile boolean logSleeps;

    /**
     * A runtime that has not begun.
     *
     * @param coordinator started; the records of its start are on disk
     * @param position what is on disk by then
     */
    public CoordinatorRuntime(
            Coordinator coordinator,
            DecisionLog log,
            SyncedPosition position,
            EffectSink sink,
            Clock clock,
            CrashPoints crashPoints,
            FaultHandler faultHandler,
            Counters counters,
            LoopLimits limits) {
        this.faultHandler = faultHandler;
        mailbox = new Mailbox(limits.sheddableInputsMax());
        // A thread that is about to release when the other one fails must not.
        Releaser releaser = new Releaser(
                effects -> {
                    if (!failed.get()) {
                        sink.release(effects);
                    }
                },
                crashPoints);
        writer = new LogWriter(log, releaser, position, crashPoints, counters, limits.recordsPerBatchMax());
        loop = new CoordinatorLoop(coordinator, mailbox, writer, releaser, clock, crashPoints, counters, limits);
        shed = counters.of("inputs_shed");
    }

    /** Takes up what the coordinator's start left to be released. Before the first turn. */
    public void resume(Turn started) {
        loop.resume(started);
    }

    /** Starts the two threads. */
    public void start() {
        logThread.start();
        loopThread.start();
    }

    /** Puts an input before the loop; false, and nothing is changed, when it is shed. From any thread. */
    public boolean offer(Input input) {
        boolean taken = mailbox.offer(input);
        if (!taken) {
            shed.increment();
        }
        return taken;
    }

    /**
     * Runs the action at once if the loop keeps up, else when it does again, on its thread: how a stream is read no faster
     * than it is worked off. From any thread.
     *
     * @param action must neither block nor throw
     */
    public void whenRoom(Runnable action) {
        mailbox.whenRoom(action);
    }

    /** Whether the coordinator is in HOLD; that it is no more is told once it is on disk. From any thread. */
    public boolean inHold() {
        return loop.inHold();
    }

    /** Runs one turn of the loop, and returns how many inputs it stepped; 0 after a fault. */
    public int runTurn() {
        if (failed.get()) {
            return 0;
        }
        try {
            int stepped = loop.runTurn();
            if (logSleeps && writer.hasWork()) {
                LockSupport.unpark(logThread);
            }
            return stepped;
        } catch (Throwable e) {
            fail("a turn of the coordinator", e);
            return 0;
        }
    }

    /** Writes and releases one batch; false when there was nothing to write, and after a fault. */
    public boolean runBatch() {
        if (failed.get()) {
            return false;
        }
        try {
            boolean worked = writer.runBatch();
            if (worked) {
                mailbox.wake();
            }
            return worked;
        } catch (Throwable e) {
            fail("writing the log", e);
            return false;
        }
    }

    private void runLoop() {
        while (!failed.get()) {
            if (runTurn() == 0) {
                if (loopStops && loop.isIdle()) {
                    return;
                }
                loop.awaitWork();
            }
        }
    }

    private void runLog() {
        while (!failed.get()) {
            if (!runBatch()) {
                if (logStops) {
                    return;
                }
                logSleeps = true;
                if (!writer.hasWork() && !logStops) {
                    LockSupport.park(this);
                }
                logSleeps = false;
            }
        }
    }

    private void fail(String doing, Throwable cause) {
        if (failed.compareAndSet(false, true)) {
            try {
                faultHandler.fault(doing, cause);
            } finally {
                mailbox.wake();
                LockSupport.unpark(logThread);
            }
        }
    }

    /**
     * Works off what is in the mailbox, writes and releases what comes of it, and ends both threads. Whoever offers must
     * have stopped. Nothing else is lost by not closing: a restart finds everything out anew.
     */
    @Override
    public void close() {
        loopStops = true;
        mailbox.wake();
        join(loopThread);
        logStops = true;
        LockSupport.unpark(logThread);
        join(logThread);
    }

    /** Ends both threads as if the process had died: nothing more is written or released, and the fault handler is not told. */
    public void kill() {
        failed.set(true);
        mailbox.wake();
        LockSupport.unpark(logThread);
        join(loopThread);
        join(logThread);
    }

    private static void join(Thread thread) {
        if (thread == Thread.currentThread()) {
            return;
        }
        try {
            TimeUnit.MILLISECONDS.timedJoin(thread, CLOSE_WAIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
