package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.Coordinator;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.Now;
import io.unanimous.coordinator.core.Turn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * The single writer: the only code that touches the {@link Coordinator}, in turns.
 *
 * <p>A turn reads the clock once, steps a bounded number of inputs, hands what must be written to the {@link LogWriter},
 * and releases at once every effect that reveals nothing undurable. The others go the way of the records that they await
 * (P6). A slow disk therefore delays decisions and nothing else.
 *
 * <p>It owns no thread: a runner, a test or a simulation calls {@link #runTurn}, always on one thread.
 */
final class CoordinatorLoop {

    private final Coordinator coordinator;
    private final Mailbox mailbox;
    private final LogWriter writer;
    private final Releaser releaser;
    private final Clock clock;
    private final CrashPoints crashPoints;
    private final LoopLimits limits;
    private final LongAdder turns;
    private final LongAdder inputs;

    private final Turn turn = new Turn();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long handedOver;
    private long syncedTold;
    private volatile boolean hold;

    /**
     * A handover whose effects have not been released, and the lowest number that they await. Kept in rising order of that
     * number, an older entry giving way to a newer one that awaits no more: the first holds the lowest of all.
     */
    private record Waiting(long sequence, long awaits) {}

    /** A loop around a coordinator that has started, and whose start is on disk. */
    CoordinatorLoop(
            Coordinator coordinator,
            Mailbox mailbox,
            LogWriter writer,
            Releaser releaser,
            Clock clock,
            CrashPoints crashPoints,
            Counters counters,
            LoopLimits limits) {
        this.coordinator = coordinator;
        this.mailbox = mailbox;
        this.writer = writer;
        this.releaser = releaser;
        this.clock = clock;
        this.crashPoints = crashPoints;
        this.limits = limits;
        syncedTold = writer.releasedNumber();
        hold = coordinator.inHold();
        turns = counters.of("loop_turns");
        inputs = counters.of("loop_inputs");
    }

    /** Runs one turn, and returns how many inputs it stepped. */
    int runTurn() {
        Now now = clock.read();
        long released = writer.releasedNumber();
        int stepped = 0;
        if (released > syncedTold) {
            syncedTold = released;
            step(new Input.LogSynced(released), now);
            stepped++;
        }
        if (takesInputs()) {
            stepped += stepInputs(now);
        }
        if (coordinator.nextWakeMs() <= now.monotonicMs()) {
            step(new Input.Tick(), now);
            stepped++;
        }
        if (stepped > 0) {
            turns.increment();
            inputs.add(stepped);
            dispatch();
            hold = coordinator.inHold() || (hold && writer.handledSequence() < handedOver);
        }
        mailbox.releaseHeldBack();
        return stepped;
    }

    /** Takes up what a coordinator's start left to be released; its records are on disk. */
    void resume(Turn started) {
        List<Effect> effects = new ArrayList<>();
        for (Turn.Release release : started.releases()) {
            effects.add(release.effect());
        }
        handOver(List.of(), false, effects, 0);
    }

    private int stepInputs(Now now) {
        int stepped = 0;
        while (stepped < limits.inputsPerTurnMax()) {
            Input input = mailbox.poll();
            if (input == null) {
                break;
            }
            step(input, now);
            stepped++;
        }
        return stepped;
    }

    private void step(Input input, Now now) {
        int records = turn.records().size();
        int releases = turn.releases().size();
        coordinator.step(input, now, turn);
        if (crashPoints != CrashPoints.NONE) {
            visitCrashPoints(input, records, releases);
        }
    }

    private void visitCrashPoints(Input input, int records, int releases) {
        if (input instanceof Input.CommitRequested) {
            for (Turn.Release release :
                    turn.releases().subList(releases, turn.releases().size())) {
                if (release.effect() instanceof Effect.SendPrepare) {
                    crashPoints.reached(CrashPoint.AFTER_COMMIT_REQUESTED_BEFORE_PREPARE);
                    return;
                }
            }
        } else if (input instanceof Input.VoteReceived) {
            for (LogRecord record :
                    turn.records().subList(records, turn.records().size())) {
                if (record.event() instanceof Event.CommitDecided) {
                    return;
                }
            }
            crashPoints.reached(CrashPoint.AFTER_FIRST_VOTE);
        }
    }

    /** Parts what may be told from what must wait, and empties the turn. */
    private void dispatch() {
        forgetHandled();
        long frontier = frontier();
        List<Effect> atOnce = new ArrayList<>();
        List<Effect> later = new ArrayList<>();
        long awaits = Long.MAX_VALUE;
        for (Turn.Release release : turn.releases()) {
            if (release.effect() instanceof Effect.PruneRecords) {
                // The log is the log thread's, whatever is on disk by now.
                later.add(release.effect());
            } else if (release.awaits() <= frontier) {
                atOnce.add(release.effect());
            } else {
                later.add(release.effect());
                awaits = Math.min(awaits, release.awaits());
            }
        }
        List<LogRecord> records = turn.records();
        boolean forced = turn.forced();
        turn.clear();
        if (!records.isEmpty() || !later.isEmpty()) {
            handOver(records, forced, later, awaits);
        }
        releaser.release(atOnce);
    }

    private void handOver(List<LogRecord> records, boolean forced, List<Effect> effects, long awaits) {
        handedOver++;
        if (awaits != Long.MAX_VALUE) {
            while (!waiting.isEmpty() && waiting.getLast().awaits() >= awaits) {
                waiting.removeLast();
            }
            waiting.addLast(new Waiting(handedOver, awaits));
        }
        writer.handOver(handedOver, records, forced, effects);
    }

    private void forgetHandled() {
        long handled = writer.handledSequence();
        while (!waiting.isEmpty() && waiting.getFirst().sequence() <= handled) {
            waiting.removeFirst();
        }
    }

    /**
     * Effects that await a number up to this one may go out now. What was handed over and is not yet released holds it
     * down: what a transaction says next must not overtake it on its way through the log's thread.
     */
    private long frontier() {
        long released = writer.releasedNumber();
        return waiting.isEmpty()
                ? released
                : Math.min(released, waiting.getFirst().awaits() - 1);
    }

    /** Who asks while the disk stands still is held up in the mailbox, and shed there, instead of piling up behind it. */
    private boolean takesInputs() {
        return writer.waitingEffects() < limits.waitingEffectsMax();
    }

    /** Whether the coordinator is in HOLD; that it is no more is told once it is on disk. From any thread. */
    boolean inHold() {
        return hold;
    }

    /** Whether the next turn has something to do already. */
    boolean hasWork() {
        return (takesInputs() && mailbox.size() > 0)
                || writer.releasedNumber() > syncedTold
                || mailbox.couldReleaseHeldBack();
    }

    /** When there is something to do although nobody calls for it, in monotonic milliseconds; Long.MAX_VALUE for never. */
    long nextWakeMs() {
        return coordinator.nextWakeMs();
    }

    /** Whether every input is stepped and everything handed over is written and released. */
    boolean isIdle() {
        return mailbox.size() == 0 && writer.handledSequence() == handedOver;
    }
}
