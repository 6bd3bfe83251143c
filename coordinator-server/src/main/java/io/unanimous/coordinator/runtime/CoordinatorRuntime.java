package io.unanimous.coordinator.runtime;

import static java.util.Objects.requireNonNull;

import io.unanimous.coordinator.core.Coordinator;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Turn;
import io.unanimous.coordinator.log.DecisionLog;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A started coordinator with its two threads: the loop's, which alone touches the coordinator, and the log's. The loop's is
 * the caller's, who lets it do other short things between two turns.
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
    private final Clock clock;
    private final FaultHandler faultHandler;
    private final LongAdder shed;
    private final Thread logThread = new Thread(this::runLog, "log-writer");
    private final AtomicBoolean failed = new AtomicBoolean();
    /** Whether a turn has been called and has not begun. */
    private final AtomicBoolean turnCalled = new AtomicBoolean();

    private final CountDownLatch loopEnded = new CountDownLatch(1);
    private volatile @Nullable ScheduledExecutorService loopThread;
    /** When the loop's thread runs a turn that nobody calls, in monotonic milliseconds. */
    private long wakesAtMs = Long.MAX_VALUE;

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
        this.clock = clock;
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

    /**
     * Starts the log's thread, and runs turns.
     *
     * @param thread of one thread, which runs what it is given in order and outlives this: the loop's from now on. Where it
     *     reads the network too, all that one read brought is one turn, and nobody has to be woken for it
     */
    public void start(ScheduledExecutorService thread) {
        loopThread = thread;
        logThread.start();
        mailbox.onWork(this::callTurn);
        callTurn();
    }

    /** Has a turn run soon. From any thread. */
    private void callTurn() {
        if (turnCalled.compareAndSet(false, true)) {
            requireNonNull(loopThread).execute(this::turn);
        }
    }

    private void turn() {
        // Before the mailbox is looked at: what comes after that calls the next turn.
        turnCalled.set(false);
        runTurn();
        if (failed.get() || (loopStops && loop.isIdle())) {
            loopEnded.countDown();
            return;
        }
        if (loop.hasWork()) {
            callTurn();
        } else {
            wakeAt(loop.nextWakeMs());
        }
    }

    /** Runs a turn at this time, unless one comes before it that finds out when the next has to be. */
    private void wakeAt(long ms) {
        if (ms < wakesAtMs) {
            wakesAtMs = ms;
            long delayMs = Math.max(0, ms - clock.read().monotonicMs());
            var unused = requireNonNull(loopThread).schedule(() -> woken(ms), delayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void woken(long ms) {
        if (wakesAtMs == ms) {
            wakesAtMs = Long.MAX_VALUE;
            callTurn();
        }
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
     * Works off what is in the mailbox, writes and releases what comes of it, ends the log's thread and runs no further
     * turn. Whoever offers must have stopped. Nothing else is lost by not closing: a restart finds everything out anew.
     * Not on the loop's thread.
     */
    @Override
    public void close() {
        loopStops = true;
        mailbox.wake();
        await(loopEnded);
        logStops = true;
        LockSupport.unpark(logThread);
        join(logThread);
    }

    /**
     * Stops as if the process had died: nothing more is written or released, and the fault handler is not told. Not on
     * the loop's thread.
     */
    public void kill() {
        failed.set(true);
        mailbox.wake();
        LockSupport.unpark(logThread);
        await(loopEnded);
        join(logThread);
    }

    private static void await(CountDownLatch ended) {
        try {
            var unused = ended.await(CLOSE_WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread) {
        try {
            TimeUnit.MILLISECONDS.timedJoin(thread, CLOSE_WAIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
