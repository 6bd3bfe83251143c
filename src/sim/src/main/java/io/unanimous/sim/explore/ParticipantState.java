package io.unanimous.sim.explore;

import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.core.Vote;
import org.jspecify.annotations.Nullable;

/**
 * One participant: a process in front of one resource. All but {@code seen} and the counts is lost with the process.
 *
 * @param life which of its processes this is, from 1
 * @param streams how many streams it has opened in all lives
 * @param streamsBefore how many of them earlier lives opened
 * @param connected whether its latest stream is open, for all it knows
 * @param working whether the branch's work is in progress, neither prepared nor undone
 * @param unconfirmed whether its enlistment has not been answered
 * @param vote what it voted, to be repeated
 * @param undone whether it has rolled the branch back, or had it refused
 * @param onePhaseAnswer what it answered to a one-phase commit
 * @param scan a scan that has begun and is not reported
 * @param seen how much of the coordinator's log it has been shown, kept in a small file
 */
record ParticipantState(
        int life,
        int streams,
        int streamsBefore,
        boolean connected,
        boolean working,
        boolean unconfirmed,
        @Nullable Vote vote,
        boolean undone,
        Input.@Nullable AckReceived onePhaseAnswer,
        @Nullable Scan scan,
        @Nullable LogPosition seen) {

    /**
     * A scan.
     *
     * @param asOf what the participant had seen when it began
     * @param found whether the branch was prepared then
     */
    record Scan(@Nullable LogPosition asOf, boolean found) {}

    static ParticipantState fresh() {
        return new ParticipantState(1, 0, 0, false, false, false, null, false, null, null, null);
    }

    /** After the death of its process. */
    ParticipantState died() {
        return new ParticipantState(life + 1, streams, streams, false, false, false, null, false, null, null, seen);
    }

    ParticipantState withStream(boolean open) {
        return new ParticipantState(
                life,
                open ? streams + 1 : streams,
                streamsBefore,
                open,
                working,
                unconfirmed,
                vote,
                undone,
                onePhaseAnswer,
                scan,
                seen);
    }

    ParticipantState withWork(boolean isWorking, boolean isUnconfirmed, @Nullable Vote voted, boolean isUndone) {
        return new ParticipantState(
                life,
                streams,
                streamsBefore,
                connected,
                isWorking,
                isUnconfirmed,
                voted,
                isUndone,
                onePhaseAnswer,
                scan,
                seen);
    }

    ParticipantState withOnePhaseAnswer(Input.AckReceived answer) {
        return new ParticipantState(
                life, streams, streamsBefore, connected, working, unconfirmed, vote, undone, answer, scan, seen);
    }

    ParticipantState withScan(@Nullable Scan begun) {
        return new ParticipantState(
                life,
                streams,
                streamsBefore,
                connected,
                working,
                unconfirmed,
                vote,
                undone,
                onePhaseAnswer,
                begun,
                seen);
    }

    /** After it was shown a position. */
    ParticipantState shown(LogPosition position) {
        LogPosition known = seen;
        boolean later = known == null
                || position.epoch() > known.epoch()
                || (position.epoch() == known.epoch() && position.number() > known.number());
        if (!later) {
            return this;
        }
        return new ParticipantState(
                life,
                streams,
                streamsBefore,
                connected,
                working,
                unconfirmed,
                vote,
                undone,
                onePhaseAnswer,
                scan,
                position);
    }

    /** Whether it takes messages that show this epoch: never of a lower one than it has seen. */
    boolean takes(LogPosition position) {
        LogPosition known = seen;
        return known == null || position.epoch() >= known.epoch();
    }
}
