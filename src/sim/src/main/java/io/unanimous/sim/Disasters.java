package io.unanimous.sim;

import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.sim.check.Observation;
import io.unanimous.sim.check.Observation.Loss;
import io.unanimous.sim.coordinator.Daemon;
import io.unanimous.sim.net.Network;
import io.unanimous.sim.people.Operator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What operators do to a store when they are in a hurry: put back an old copy, start on an empty directory, start a copy
 * beside the original. After a while they notice, and put the right store back.
 */
final class Disasters {

    /** After so long every participant has seen records that a copy lacks, and only their word gives it away. */
    private static final long SEEN_BY_ALL_MS = 5_000;

    /**
     * It is noticed after so long at most. What stands in for the right store has its grace behind it by then, and would
     * presume.
     */
    private static final long NOTICED_MAX_MS = 60_000;

    private final Daemon daemon;
    private final Daemon twin;
    private final Network network;
    private final Schedule schedule;
    private final Life life;
    private final Operator operator;
    private final Recorder recorder;
    private final Dice dice;
    private Daemon.@Nullable Backup oldCopy;
    private long oldCopyAtMs;
    private Daemon.@Nullable Backup right;
    private boolean stopped;
    private boolean twinRuns;

    Disasters(
            Daemon daemon,
            Daemon twin,
            Network network,
            Schedule schedule,
            Life life,
            Operator operator,
            Recorder recorder,
            Dice dice) {
        this.daemon = daemon;
        this.twin = twin;
        this.network = network;
        this.schedule = schedule;
        this.life = life;
        this.operator = operator;
        this.recorder = recorder;
        this.dice = dice;
    }

    /** Whether somebody has stopped the daemon and will start it himself. */
    boolean keepsDown(Daemon one) {
        return one == twin ? !twinRuns : stopped;
    }

    /** Whether the right store runs, and no other beside it: only then may a HOLD be lifted. */
    private boolean isInPlace() {
        return right == null && !twinRuns;
    }

    void round(Swarm swarm) {
        if (!isInPlace()) {
            return;
        }
        if (oldCopy == null || dice.onceIn(20)) {
            oldCopy = daemon.backup();
            oldCopyAtMs = recorder.nowMs();
        }
        if (daemon.lives() > 1) {
            releaseHold();
        }
        Daemon.Backup copy = oldCopy;
        if (swarm.strikes(FaultKind.OLD_COPY_RESTORED)) {
            boolean silent = recorder.nowMs() - oldCopyAtMs >= SEEN_BY_ALL_MS && dice.onceIn(2);
            standIn(Loss.RESTORED, () -> daemon.restore(copy, silent ? List.of() : finding(HoldFinding.Kind.RESTORED)));
        } else if (swarm.strikes(FaultKind.DIRECTORY_EMPTIED)) {
            standIn(Loss.EMPTIED, daemon::emptyDirectory);
        } else if (swarm.strikes(FaultKind.TWO_COORDINATORS)) {
            startTwin();
        }
    }

    /** A copy of the running store starts beside it, and takes over all that connects from now on. */
    private void startTwin() {
        recorder.saw(new Observation.StoreLost(recorder.nowMs(), life.name(), Loss.DOUBLED, true));
        twin.restore(daemon.backup(), finding(HoldFinding.Kind.DIRECTORY_COPIED));
        twinRuns = true;
        twin.start();
        schedule.in(dice.between(1_000, 20_000) * Schedule.MILLIS, life, this::undo);
    }

    private void standIn(Loss loss, Runnable replace) {
        stopped = true;
        daemon.kill(false);
        right = daemon.backup();
        recorder.saw(new Observation.StoreLost(recorder.nowMs(), life.name(), loss, true));
        replace.run();
        stopped = false;
        daemon.start();
        schedule.in(dice.between(1_000, NOTICED_MAX_MS) * Schedule.MILLIS, life, this::undo);
    }

    /** Puts the right store back, if another one is in its place. */
    void undo() {
        if (twinRuns) {
            twinRuns = false;
            twin.kill(false);
            // Started anew, its epoch is above the twin's.
            daemon.kill(false);
            network.serve(null);
            // The twin knew nothing of what the original began beside it.
            recorder.saw(new Observation.StoreLost(recorder.nowMs(), life.name(), Loss.DOUBLED, true));
            recorder.saw(new Observation.StoreRegained(recorder.nowMs(), life.name()));
        }
        Daemon.Backup original = right;
        if (original == null) {
            return;
        }
        stopped = true;
        daemon.kill(false);
        daemon.restore(original, finding(HoldFinding.Kind.DIRECTORY_COPIED));
        right = null;
        // The stand-in goes, with whatever was begun on it.
        recorder.saw(new Observation.StoreLost(recorder.nowMs(), life.name(), Loss.EMPTIED, true));
        recorder.saw(new Observation.StoreRegained(recorder.nowMs(), life.name()));
        stopped = false;
        daemon.start();
    }

    /**
     * Lifts the HOLD of the right store, a false alarm that its stand-in has raised, and starts the daemon anew: the
     * stand-in's epoch may be above its own, and the next one is above both.
     */
    void releaseHold() {
        if (isInPlace()) {
            operator.releaseHold(() -> schedule.in(Schedule.SECONDS, life, () -> daemon.kill(false)));
        }
    }

    /** Every override that a log of any store tells of. */
    List<Event.OperatorActed> auditTrail() {
        List<Event.OperatorActed> all = new ArrayList<>(daemon.auditTrail());
        all.addAll(twin.auditTrail());
        return all;
    }

    private static List<HoldFinding> finding(HoldFinding.Kind kind) {
        return List.of(new HoldFinding(kind, 0, 0, 0, "simulated"));
    }
}
