package io.unanimous.it;

import io.unanimous.coordinator.runtime.CrashPoint;
import java.util.EnumSet;
import java.util.Set;

/**
 * What goes wrong in one cycle of the crash rung.
 *
 * @param kind what
 * @param coordinator it strikes the coordinator
 * @param participant it strikes a participant
 * @param point where a coordinator or participant is killed; null where it is killed at any moment
 */
record CrashFault(Kind kind, boolean coordinator, boolean participant, Enum<?> point) {

    /** How processes are struck. */
    enum Kind {
        /** SIGKILL. */
        KILL,
        /** SIGSTOP for longer than every timeout, then SIGCONT. */
        STOP,
        /** The participant's link is cut, or, where the coordinator is struck, everybody else's; both: all. */
        CUT
    }

    /** Points that only a start passes: the coordinator is killed first, and again where its next life passes one. */
    private static final Set<CrashPoint> AT_START =
            EnumSet.of(CrashPoint.ON_REPLAY, CrashPoint.AFTER_REPLAY_BEFORE_EPOCH, CrashPoint.AFTER_EPOCH_BEFORE_READY);

    static CrashFault at(CrashPoint point, boolean both) {
        return new CrashFault(Kind.KILL, true, both, point);
    }

    static CrashFault at(io.unanimous.sdk.CrashPoint point, boolean both) {
        return new CrashFault(Kind.KILL, both, true, point);
    }

    static CrashFault of(Kind kind, boolean coordinator, boolean participant) {
        return new CrashFault(kind, coordinator, participant, null);
    }

    /** The point, if it is one of the coordinator; it takes a coordinator that can be held there. */
    CrashPoint coordinatorPoint() {
        return point instanceof CrashPoint its ? its : null;
    }

    io.unanimous.sdk.CrashPoint participantPoint() {
        return point instanceof io.unanimous.sdk.CrashPoint its ? its : null;
    }

    /** The point is passed when a process starts. */
    boolean atStart() {
        return AT_START.contains(coordinatorPoint()) || point == io.unanimous.sdk.CrashPoint.DURING_SCAN;
    }

    @Override
    public String toString() {
        String who = coordinator ? participant ? "both" : "coordinator" : "participant";
        String where =
                point == null ? "" : (coordinatorPoint() != null ? " at coordinator." : " at participant.") + point;
        return kind.name().toLowerCase(java.util.Locale.ROOT) + " " + who + where;
    }
}
