package io.unanimous.sim.coordinator;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.unanimous.coordinator.core.Coordinator;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.Now;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.log.StoreIdentity;
import io.unanimous.coordinator.runtime.Clock;
import io.unanimous.coordinator.runtime.CoordinatorRuntime;
import io.unanimous.coordinator.runtime.Counters;
import io.unanimous.coordinator.runtime.CrashPoints;
import io.unanimous.coordinator.runtime.LoopLimits;
import io.unanimous.coordinator.runtime.Recovery;
import io.unanimous.coordinator.transport.DaemonFacts;
import io.unanimous.coordinator.transport.EdgeLimits;
import io.unanimous.coordinator.transport.GrpcEdge;
import io.unanimous.sim.Dice;
import io.unanimous.sim.Life;
import io.unanimous.sim.Schedule;
import io.unanimous.sim.net.Host;
import io.unanimous.sim.net.Network;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The production coordinator as a simulated process: its recovery, loop, log writer and gRPC edge, on a disk and a clock
 * that are not real. Its two threads become two kinds of events, between which anything may happen.
 */
public final class Daemon implements Host {

    private static final long NONCES = 1L << 30;

    /** What befalls it, decided from outside. */
    public interface Luck {
        /** What befalls the next write; null for nothing. */
        @Nullable
        WriteFault ofWrite();

        /** Whether it is killed between two effects that leave together. */
        boolean killsAmongEffects();

        /** How long the disk takes for a batch. */
        long batchNanos(Dice dice);

        /** How far its wall clock is off at the moment. */
        long wallOffsetMs();

        /** It has ended: was killed, lost its power, or stopped itself after a failed write. */
        void ended(Daemon daemon, boolean powerCut);

        /** It stopped for a reason that nothing simulated explains: a broken invariant. */
        void brokeDown(String doing, Throwable cause);
    }

    private final String name;
    private final Schedule schedule;
    private final Network network;
    private final Dice dice;
    private final Luck luck;
    private final Limits limits;
    private final LoopLimits loopLimits;
    private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
    private final Clock clock = this::now;
    private final List<Event.OperatorActed> auditTrail = new ArrayList<>();
    private Disk disk;
    private Life life;
    private int lives;
    private @Nullable Running running;
    private boolean turnPlanned;
    private boolean batchPlanned;
    private long wakePlannedMs = Long.MAX_VALUE;

    private record Running(Coordinator coordinator, CoordinatorRuntime runtime, GrpcEdge edge) {}

    /** A daemon on an empty directory, which does not run yet. */
    public Daemon(
            String name,
            Schedule schedule,
            Network network,
            Dice dice,
            Luck luck,
            Limits limits,
            LoopLimits loopLimits) {
        this.name = name;
        this.schedule = schedule;
        this.network = network;
        this.dice = dice;
        this.luck = luck;
        this.limits = limits;
        this.loopLimits = loopLimits;
        life = new Life(name + "#0");
        disk = newDisk();
    }

    private Disk newDisk() {
        return new Disk(new StoreIdentity(new UUID(dice.nextLong(), dice.nextLong()), 0, 1));
    }

    // ---- its files, while it is stopped -------------------------------------------------------------------------

    /** A copy of its files as they are at this moment. */
    public Backup backup() {
        return new Backup(disk.copy(List.of()), lives);
    }

    /** A copy of a store's files. */
    public static final class Backup {
        private final Disk disk;
        private final int lives;

        private Backup(Disk disk, int lives) {
            this.disk = disk;
            this.lives = lives;
        }

        /** In which life of the daemon it was made. */
        public int lives() {
            return lives;
        }
    }

    /** Whether a transaction was begun by the store that it has now, and not by one that stood in for it. */
    public boolean isOfItsStore(String transaction) {
        return TransactionId.parse(transaction)
                .filter(id -> id.store().equals(disk.identity().store()) && hasRun(id))
                .isPresent();
    }

    private boolean hasRun(TransactionId id) {
        return disk.readable().values().stream()
                .anyMatch(record -> record.event() instanceof Event.EpochStarted started
                        && started.epoch() == id.epoch()
                        && started.nonce() == id.nonce());
    }

    /** Puts a copy in the place of its files. {@code findings} is what its directory gives away. */
    public void restore(Backup backup, List<HoldFinding> findings) {
        readOut();
        disk = backup.disk.copy(findings);
    }

    /** Replaces its files by none. */
    public void emptyDirectory() {
        readOut();
        disk = newDisk();
    }

    /** What its log tells of overrides outlives its files. */
    private void readOut() {
        auditTrail.addAll(overridesOnRecord());
    }

    /** Its machine loses its power while the daemon does not run. */
    public void cutPowerWhileDown() {
        disk.cutPower(dice);
    }

    /** Leaves no space on its disk, or some again. */
    public void fillDisk(boolean full) {
        disk.fill(full);
    }

    /** Every override that its log, or one that it had before, tells of. */
    public List<Event.OperatorActed> auditTrail() {
        List<Event.OperatorActed> all = new ArrayList<>(auditTrail);
        all.addAll(overridesOnRecord());
        return all;
    }

    private List<Event.OperatorActed> overridesOnRecord() {
        return disk.readable().values().stream()
                .map(LogRecord::event)
                .filter(Event.OperatorActed.class::isInstance)
                .map(Event.OperatorActed.class::cast)
                .toList();
    }

    // ---- its life -----------------------------------------------------------------------------------------------

    /** Whether it runs. */
    public boolean isRunning() {
        return running != null;
    }

    /** How many lives it has had. */
    public int lives() {
        return lives;
    }

    /** Starts it; it may be killed on the way. */
    public void start() {
        if (running != null) {
            return;
        }
        life = new Life(name + "#" + ++lives);
        turnPlanned = false;
        batchPlanned = false;
        wakePlannedMs = Long.MAX_VALUE;
        SimulatedLog log = new SimulatedLog(disk, luck::ofWrite);
        Counters counters = new Counters();
        EdgeLimits edgeLimits = EdgeLimits.defaults();
        GrpcEdge edge =
                new GrpcEdge(limits, edgeLimits, new DaemonFacts("simulated", "simulated", now().wallMs(), counters));
        try {
            Recovery recovery = Recovery.of(log, limits, (int) dice.between(0, NONCES - 1), clock, CrashPoints.NONE);
            CoordinatorRuntime runtime = new CoordinatorRuntime(
                    recovery.coordinator(),
                    log,
                    recovery.position(),
                    effects -> release(edge, effects),
                    clock,
                    CrashPoints.NONE,
                    this::fault,
                    counters,
                    loopLimits);
            runtime.resume(recovery.started());
            edge.open(runtime, recovery.position(), log::lowSpace);
            running = new Running(recovery.coordinator(), runtime, edge);
        } catch (Crashed crashed) {
            end(crashed.cutsPower());
            return;
        } catch (WriteFailed failed) {
            end(false);
            return;
        }
        methods.clear();
        for (ServerServiceDefinition service : edge.services()) {
            for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
                methods.put(method.getMethodDescriptor().getFullMethodName(), method);
            }
        }
        network.serve(this);
        planBeat(edgeLimits.heartbeatMs());
        planBatch();
        reached();
    }

    private void release(GrpcEdge edge, List<Effect> effects) {
        if (effects.size() > 1 && luck.killsAmongEffects()) {
            edge.sink().release(effects.subList(0, 1 + dice.below(effects.size() - 1)));
            throw new Crashed("among effects", false);
        }
        edge.sink().release(effects);
    }

    private void fault(String doing, Throwable cause) {
        if (cause instanceof Crashed crashed) {
            end(crashed.cutsPower());
        } else if (cause instanceof WriteFailed) {
            end(false);
        } else {
            end(false);
            luck.brokeDown(doing, cause);
        }
    }

    /** Kills it now. */
    public void kill(boolean powerCut) {
        if (running != null) {
            end(powerCut);
        }
    }

    private void end(boolean powerCut) {
        running = null;
        life.end();
        if (powerCut) {
            disk.cutPower(dice);
        }
        network.ended(life, !powerCut);
        luck.ended(this, powerCut);
    }

    /** Stops it for a while, as SIGSTOP does. */
    public void stopFor(long nanos) {
        life.stopUntil(schedule.nowNanos() + nanos);
    }

    // ---- its threads --------------------------------------------------------------------------------------------

    @Override
    public Life life() {
        return life;
    }

    @Override
    public @Nullable ServerMethodDefinition<?, ?> method(String fullName) {
        return methods.get(fullName);
    }

    @Override
    public void reached() {
        if (!turnPlanned && running != null) {
            turnPlanned = true;
            schedule.in(dice.between(1, 100) * Schedule.MICROS, life, this::turn);
        }
    }

    private void turn() {
        turnPlanned = false;
        Running now = running;
        if (now == null) {
            return;
        }
        now.runtime().runTurn();
        if (running != null) {
            planBatch();
            planWake(now.coordinator().nextWakeMs());
        }
    }

    private void planBatch() {
        if (!batchPlanned) {
            batchPlanned = true;
            schedule.in(luck.batchNanos(dice), life, this::batch);
        }
    }

    private void batch() {
        batchPlanned = false;
        Running now = running;
        if (now != null && now.runtime().runBatch() && running != null) {
            reached();
        }
    }

    private void planWake(long wakeMs) {
        if (wakeMs < wakePlannedMs) {
            wakePlannedMs = wakeMs;
            long delayMs = Math.max(1, wakeMs - schedule.nowMs());
            schedule.in(delayMs * Schedule.MILLIS, life, () -> {
                wakePlannedMs = Long.MAX_VALUE;
                reached();
            });
        }
    }

    private void planBeat(long everyMs) {
        schedule.in(everyMs * Schedule.MILLIS, life, () -> {
            Running now = running;
            if (now != null) {
                now.edge().beat();
                reached();
                planBeat(everyMs);
            }
        });
    }

    private Now now() {
        return new Now(schedule.nowMs(), Wall.START_MS + schedule.nowMs() + luck.wallOffsetMs());
    }

    /** When the simulated world begins, by the wall clock: 2026-01-01. */
    private static final class Wall {
        static final long START_MS = 1_767_225_600_000L;
    }
}
