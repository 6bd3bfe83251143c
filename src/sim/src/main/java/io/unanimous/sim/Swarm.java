package io.unanimous.sim;

import io.unanimous.sim.coordinator.WriteFault;
import io.unanimous.sim.net.Weather;
import io.unanimous.sim.participant.Fortune;
import io.unanimous.sim.participant.Mishap;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One seed's bad luck: which kinds of faults there are in its run, and how often each strikes. Every seed draws a few kinds
 * and rates of its own, since a run with everything at once hides what a few kinds alone would show (swarm testing: Groce
 * and others, ISSTA 2012).
 */
final class Swarm implements Weather, Fortune {

    /** A kind is part of a run once in so many seeds. */
    private static final int KIND_ONCE_IN = 3;

    /** Nothing strikes every time: a daemon that is killed in each recovery would never serve. */
    private static final int RATE_MIN = 2;

    private final Dice dice;
    private final FaultTally tally;
    private final Map<FaultKind, Integer> onceIn = new EnumMap<>(FaultKind.class);
    private boolean calm;
    private boolean slowDisk;

    Swarm(Dice dice, FaultTally tally) {
        this.dice = dice;
        this.tally = tally;
        for (FaultKind kind : FaultKind.values()) {
            boolean part = dice.onceIn(KIND_ONCE_IN);
            int rate = (int) dice.between(kind.rarest() / 4, kind.rarest());
            if (part) {
                onceIn.put(kind, Math.max(RATE_MIN, rate));
            }
        }
    }

    /** From now on nothing goes wrong any more. */
    void calmDown() {
        calm = true;
        slowDisk = false;
    }

    /** Whether there are faults of this kind in this run. */
    boolean has(FaultKind kind) {
        return !calm && onceIn.containsKey(kind);
    }

    /** Whether a fault of this kind strikes now; it is counted if so. */
    boolean strikes(FaultKind kind) {
        Integer rate = calm ? null : onceIn.get(kind);
        if (rate == null || !dice.onceIn(rate)) {
            return false;
        }
        tally.count(kind);
        return true;
    }

    // ---- the network --------------------------------------------------------------------------------------------

    @Override
    public long delayNanos(Dice own) {
        long usual = own.between(20, 400) * Schedule.MICROS;
        return strikes(FaultKind.FRAME_DELAYED) ? usual + own.between(10, 8_000) * Schedule.MILLIS : usual;
    }

    @Override
    public boolean loses(Dice own) {
        return strikes(FaultKind.FRAME_LOST);
    }

    @Override
    public boolean doubles(Dice own) {
        return strikes(FaultKind.FRAME_DOUBLED);
    }

    @Override
    public long overtakenNanos(Dice own) {
        return strikes(FaultKind.FRAME_OVERTAKEN) ? own.between(1, 2_000) * Schedule.MILLIS : 0;
    }

    @Override
    public long newsNanos(Dice own) {
        return strikes(FaultKind.STREAM_HALF_OPEN)
                ? own.between(500, 10_000) * Schedule.MILLIS
                : own.between(0, 50_000) * Schedule.MICROS;
    }

    // ---- the coordinator's disk ---------------------------------------------------------------------------------

    /** What befalls a write; null for nothing. */
    @Nullable
    WriteFault ofWrite(boolean recovering) {
        if (recovering) {
            return strikes(FaultKind.KILLED_IN_RECOVERY) ? dice.oneOf(WriteFault.CRASHES) : null;
        }
        for (Map.Entry<FaultKind, WriteFault> fault : WriteFaults.BY_KIND.entrySet()) {
            if (strikes(fault.getKey())) {
                return fault.getValue();
            }
        }
        return null;
    }

    private static final class WriteFaults {
        private static final Map<FaultKind, WriteFault> BY_KIND = new EnumMap<>(Map.of(
                FaultKind.KILLED_BEFORE_APPEND, WriteFault.KILL_BEFORE_APPEND,
                FaultKind.KILLED_BEFORE_SYNC, WriteFault.KILL_BEFORE_SYNC,
                FaultKind.POWER_CUT_BEFORE_SYNC, WriteFault.POWER_CUT_BEFORE_SYNC,
                FaultKind.KILLED_AFTER_SYNC, WriteFault.KILL_AFTER_SYNC,
                FaultKind.POWER_CUT_AFTER_SYNC, WriteFault.POWER_CUT_AFTER_SYNC,
                FaultKind.SYNC_FAILED_AND_LANDED, WriteFault.FAILED_SYNC_THAT_LANDED,
                FaultKind.SYNC_FAILED_AND_DID_NOT_LAND, WriteFault.FAILED_SYNC_THAT_DID_NOT_LAND,
                FaultKind.SYNC_FAILED_AND_LOST, WriteFault.FAILED_SYNC_THAT_LOST,
                FaultKind.WRITE_FOUND_DISK_FULL, WriteFault.DISK_FULL));
    }

    void slowDisk(boolean slow) {
        slowDisk = slow;
    }

    long batchNanos(Dice own) {
        return slowDisk ? own.between(50, 1_500) * Schedule.MILLIS : own.between(50, 2_000) * Schedule.MICROS;
    }

    // ---- participants' calls ------------------------------------------------------------------------------------

    @Override
    public Mishap ofPrepare() {
        if (strikes(FaultKind.PREPARE_REFUSED)) {
            return Mishap.REFUSES;
        }
        if (strikes(FaultKind.PREPARE_FINISHED_LATE)) {
            return Mishap.DONE_LATER;
        }
        return ofCall();
    }

    private Mishap ofCall() {
        if (strikes(FaultKind.CALL_FAILED_BEFORE)) {
            return Mishap.THROWS_BEFORE;
        }
        return strikes(FaultKind.CALL_FAILED_AFTER) ? Mishap.THROWS_AFTER : Mishap.NONE;
    }

    @Override
    public Mishap ofEnding(boolean overXa) {
        if (overXa) {
            if (strikes(FaultKind.FALSE_NOTA)) {
                return Mishap.FALSE_NOTA;
            }
            if (strikes(FaultKind.FALSE_RMERR)) {
                return Mishap.FALSE_RMERR;
            }
            if (strikes(FaultKind.FALSE_ZERO)) {
                return Mishap.FALSE_ZERO;
            }
        }
        return ofCall();
    }

    @Override
    public boolean failsScan() {
        return strikes(FaultKind.SCAN_FAILED);
    }

    @Override
    public long callNanos(Dice own) {
        if (strikes(FaultKind.CALL_HUNG)) {
            return own.between(2, 25) * Schedule.SECONDS;
        }
        return strikes(FaultKind.CALL_SLOW)
                ? own.between(10, 1_500) * Schedule.MILLIS
                : own.between(30, 800) * Schedule.MICROS;
    }

    @Override
    public long lateNanos(Dice own) {
        return own.between(1, 20_000) * Schedule.MILLIS;
    }
}
