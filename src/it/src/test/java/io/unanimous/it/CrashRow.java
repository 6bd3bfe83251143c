package io.unanimous.it;

import static io.unanimous.it.CrashRow.Work.ONE_PHASE;
import static io.unanimous.it.CrashRow.Work.REFUSED_BY_B;
import static io.unanimous.it.CrashRow.Work.TRANSFER;
import static io.unanimous.sdk.TransactionOutcome.Status.COMMITTED;
import static io.unanimous.sdk.TransactionOutcome.Status.ROLLED_BACK;
import static io.unanimous.sdk.TransactionOutcome.Status.UNKNOWN;

import io.unanimous.coordinator.runtime.CrashPoint;
import io.unanimous.sdk.TransactionOutcome.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The table of crashes: what is in work, which process dies where, and how that may end. Each row is one test of
 * {@link CrashTableIT}.
 */
enum CrashRow {
    // Before anything is decided: undecided transactions never survive a restart, and a prepared branch without a
    // decision is rolled back.
    COORDINATOR_WHILE_ACTIVE(TRANSFER, coordinator(), ROLLED_BACK),
    COORDINATOR_BEFORE_PREPARE(TRANSFER, coordinator(CrashPoint.AFTER_COMMIT_REQUESTED_BEFORE_PREPARE), ROLLED_BACK),
    COORDINATOR_BETWEEN_VOTES(TRANSFER, coordinator(CrashPoint.AFTER_FIRST_VOTE), ROLLED_BACK),
    COORDINATOR_BEFORE_DECISION_IS_DURABLE(TRANSFER, coordinator(CrashPoint.BEFORE_APPEND_DECISION), ROLLED_BACK),
    PARTICIPANT_WHILE_ACTIVE(TRANSFER, participant(), ROLLED_BACK),
    PARTICIPANT_BEFORE_ENLIST(TRANSFER, participant(io.unanimous.sdk.CrashPoint.BEFORE_ENLIST_SENT), ROLLED_BACK),
    PARTICIPANT_BEFORE_PREPARE(TRANSFER, participant(io.unanimous.sdk.CrashPoint.BEFORE_PREPARE), ROLLED_BACK),
    PARTICIPANT_AFTER_PREPARE_BEFORE_VOTE(
            TRANSFER, participant(io.unanimous.sdk.CrashPoint.AFTER_PREPARE_BEFORE_VOTE), ROLLED_BACK),
    BOTH_WHILE_ACTIVE(TRANSFER, both(), ROLLED_BACK),
    BOTH_BEFORE_DECISION_IS_DURABLE(TRANSFER, both(CrashPoint.BEFORE_APPEND_DECISION), ROLLED_BACK),
    BOTH_AFTER_PREPARE_BEFORE_VOTE(TRANSFER, both(io.unanimous.sdk.CrashPoint.AFTER_PREPARE_BEFORE_VOTE), ROLLED_BACK),

    // Once the decision is durable it is carried out, whoever dies.
    COORDINATOR_AFTER_DECISION_IS_DURABLE(TRANSFER, coordinator(CrashPoint.AFTER_SYNC_BEFORE_RELEASE), COMMITTED),
    COORDINATOR_BETWEEN_PHASE_TWO_SENDS(TRANSFER, coordinator(CrashPoint.BETWEEN_PHASE_TWO_SENDS), COMMITTED),
    COORDINATOR_AFTER_PHASE_TWO_SENT(TRANSFER, coordinator(CrashPoint.AFTER_PHASE_TWO_SENT), COMMITTED),
    COORDINATOR_BEFORE_END_RECORD(TRANSFER, coordinator(CrashPoint.BEFORE_FINISHED_APPEND), COMMITTED),
    COORDINATOR_AFTER_END_RECORD(TRANSFER, coordinator(CrashPoint.AFTER_FINISHED_APPEND), COMMITTED),
    PARTICIPANT_BEFORE_COMMIT(TRANSFER, participant(io.unanimous.sdk.CrashPoint.BEFORE_COMMIT), COMMITTED),
    PARTICIPANT_AFTER_COMMIT_BEFORE_ACK(
            TRANSFER, participant(io.unanimous.sdk.CrashPoint.AFTER_COMMIT_BEFORE_ACK), COMMITTED),
    BOTH_AFTER_DECISION_IS_DURABLE(TRANSFER, both(CrashPoint.AFTER_SYNC_BEFORE_RELEASE), COMMITTED),
    BOTH_BETWEEN_PHASE_TWO_SENDS(TRANSFER, both(CrashPoint.BETWEEN_PHASE_TWO_SENDS), COMMITTED),
    BOTH_BEFORE_COMMIT(TRANSFER, both(io.unanimous.sdk.CrashPoint.BEFORE_COMMIT), COMMITTED),
    BOTH_AFTER_COMMIT_BEFORE_ACK(TRANSFER, both(io.unanimous.sdk.CrashPoint.AFTER_COMMIT_BEFORE_ACK), COMMITTED),
    BOTH_BEFORE_END_RECORD(TRANSFER, both(CrashPoint.BEFORE_FINISHED_APPEND), COMMITTED),

    // Crashing again while recovering from a crash.
    COORDINATOR_AGAIN_ON_REPLAY(
            TRANSFER, coordinator(CrashPoint.AFTER_SYNC_BEFORE_RELEASE).then(CrashPoint.ON_REPLAY), COMMITTED),
    COORDINATOR_AGAIN_BEFORE_EPOCH(
            TRANSFER,
            coordinator(CrashPoint.AFTER_SYNC_BEFORE_RELEASE).then(CrashPoint.AFTER_REPLAY_BEFORE_EPOCH),
            COMMITTED),
    COORDINATOR_AGAIN_BEFORE_READY(
            TRANSFER,
            coordinator(CrashPoint.AFTER_SYNC_BEFORE_RELEASE).then(CrashPoint.AFTER_EPOCH_BEFORE_READY),
            COMMITTED),
    COORDINATOR_AGAIN_AFTER_PHASE_TWO_SENT(
            TRANSFER,
            coordinator(CrashPoint.AFTER_SYNC_BEFORE_RELEASE).then(CrashPoint.AFTER_PHASE_TWO_SENT),
            COMMITTED),
    COORDINATOR_AGAIN_BEFORE_END_RECORD(
            TRANSFER,
            coordinator(CrashPoint.BETWEEN_PHASE_TWO_SENDS).then(CrashPoint.BEFORE_FINISHED_APPEND),
            COMMITTED),
    COORDINATOR_AGAIN_UNDECIDED(
            TRANSFER, coordinator(CrashPoint.AFTER_FIRST_VOTE).then(CrashPoint.ON_REPLAY), ROLLED_BACK),
    PARTICIPANT_AGAIN_DURING_SCAN_OF_THE_COMMITTED(
            TRANSFER,
            both(CrashPoint.AFTER_SYNC_BEFORE_RELEASE).then(io.unanimous.sdk.CrashPoint.DURING_SCAN),
            COMMITTED),
    PARTICIPANT_AGAIN_DURING_SCAN_OF_THE_UNDECIDED(
            TRANSFER,
            participant(io.unanimous.sdk.CrashPoint.AFTER_PREPARE_BEFORE_VOTE)
                    .then(io.unanimous.sdk.CrashPoint.DURING_SCAN),
            ROLLED_BACK),
    PARTICIPANT_AGAIN_BEFORE_COMMIT(
            TRANSFER,
            participant(io.unanimous.sdk.CrashPoint.BEFORE_COMMIT).then(io.unanimous.sdk.CrashPoint.BEFORE_COMMIT),
            COMMITTED),

    // Rolling back.
    COORDINATOR_AFTER_ROLLBACK_SENT(REFUSED_BY_B, coordinator(CrashPoint.AFTER_ROLLBACK_SENT), ROLLED_BACK),
    PARTICIPANT_BEFORE_ROLLBACK(REFUSED_BY_B, participant(io.unanimous.sdk.CrashPoint.BEFORE_ROLLBACK), ROLLED_BACK),
    PARTICIPANT_AFTER_ROLLBACK_BEFORE_ACK(
            REFUSED_BY_B, participant(io.unanimous.sdk.CrashPoint.AFTER_ROLLBACK_BEFORE_ACK), ROLLED_BACK),
    BOTH_BEFORE_ROLLBACK(REFUSED_BY_B, both(io.unanimous.sdk.CrashPoint.BEFORE_ROLLBACK), ROLLED_BACK),

    // One phase, by the option that says that a lost answer is unknown. What a definite answer says is so.
    COORDINATOR_AFTER_ONE_PHASE_SENT(ONE_PHASE, coordinator(CrashPoint.AFTER_ONE_PHASE_SENT), UNKNOWN, COMMITTED),
    PARTICIPANT_BEFORE_ONE_PHASE(
            ONE_PHASE, participant(io.unanimous.sdk.CrashPoint.BEFORE_ONE_PHASE), UNKNOWN, ROLLED_BACK),
    PARTICIPANT_AFTER_ONE_PHASE_BEFORE_ACK(
            ONE_PHASE, participant(io.unanimous.sdk.CrashPoint.AFTER_ONE_PHASE_BEFORE_ACK), UNKNOWN, COMMITTED),
    BOTH_AFTER_ONE_PHASE_SENT(ONE_PHASE, both(CrashPoint.AFTER_ONE_PHASE_SENT), UNKNOWN);

    /** What is in work. */
    enum Work {
        /** A transfer from ledger A to ledger B: two branches that write. */
        TRANSFER,
        /** The same, but B has to refuse: A, perhaps prepared, is rolled back. */
        REFUSED_BY_B,
        /** A move within ledger A, by a transaction that allows one phase. */
        ONE_PHASE
    }

    /** A point in one of the processes that is to be reached. */
    record Place(CrashPoint coordinator, io.unanimous.sdk.CrashPoint participant) {
        @Override
        public String toString() {
            return coordinator != null ? coordinator.toString() : String.valueOf(participant);
        }
    }

    /**
     * Who dies, and where.
     *
     * @param coordinatorDies the coordinator is killed
     * @param participantDies participant A is killed
     * @param first where; null for at once, while the transaction is active
     * @param second where the process that recovers is killed again; null for nowhere
     */
    record Crash(boolean coordinatorDies, boolean participantDies, Place first, Place second) {

        Crash then(CrashPoint point) {
            return new Crash(coordinatorDies, participantDies, first, new Place(point, null));
        }

        Crash then(io.unanimous.sdk.CrashPoint point) {
            return new Crash(coordinatorDies, participantDies, first, new Place(null, point));
        }

        String who() {
            return coordinatorDies ? participantDies ? "both" : "coordinator" : "participant A";
        }

        String where() {
            return (first == null ? "while active" : first.toString()) + (second == null ? "" : ", then " + second);
        }
    }

    private static Crash coordinator() {
        return new Crash(true, false, null, null);
    }

    private static Crash coordinator(CrashPoint point) {
        return new Crash(true, false, new Place(point, null), null);
    }

    private static Crash participant() {
        return new Crash(false, true, null, null);
    }

    private static Crash participant(io.unanimous.sdk.CrashPoint point) {
        return new Crash(false, true, new Place(null, point), null);
    }

    private static Crash both() {
        return new Crash(true, true, null, null);
    }

    private static Crash both(CrashPoint point) {
        return new Crash(true, true, new Place(point, null), null);
    }

    private static Crash both(io.unanimous.sdk.CrashPoint point) {
        return new Crash(true, true, new Place(null, point), null);
    }

    private final Work work;
    /** Never changed; the type cannot say so. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Crash crash;
    /** Never changed; the type cannot say so. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Set<Status> outcomes;

    CrashRow(Work work, Crash crash, Status first, Status... others) {
        this.work = work;
        this.crash = crash;
        this.outcomes = EnumSet.of(first, others);
    }

    Work work() {
        return work;
    }

    Crash crash() {
        return crash;
    }

    /** The outcomes that are right. */
    Set<Status> outcomes() {
        return outcomes;
    }

    /** Every place that the table names. */
    static List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (CrashRow row : values()) {
            places.addAll(Arrays.asList(row.crash.first(), row.crash.second()));
        }
        places.removeIf(place -> place == null);
        return places;
    }
}
