package io.unanimous.sim.explore;

import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.core.Vote;
import java.util.List;

/** The scopes that are explored. Each looks at one side of the protocol as deep as it can; the last ones at all together. */
final class Scopes {

    private Scopes() {}

    /** All of them, for a transaction of so many branches; the small ones come first. */
    static List<Scope> all(int branches) {
        return List.of(
                onePhase(),
                votes(branches),
                readOnly(branches),
                restarts(branches),
                operators(branches),
                pruning(branches),
                enlistments(branches),
                network(branches),
                processes(branches),
                everything("everything-2", 2, 3),
                everything("everything", branches, 2));
    }

    /** One branch, committed in one phase: its answer is the outcome, UNKNOWN if lost (P5). */
    private static Scope onePhase() {
        return Scope.of("one-phase", 1)
                .withFlags(TransactionId.ALLOWS_ONE_PHASE)
                .allowing(Happening.COORDINATOR_CRASH, 1)
                .allowing(Happening.PARTICIPANT_CRASH, 2)
                .allowing(Happening.STREAM_LOSS, 2)
                .allowing(Happening.DUPLICATE, 2)
                .allowing(Happening.LOSS, 1)
                .allowing(Happening.DEADLINE, 3)
                .allowing(Happening.COMMIT_AGAIN, 1)
                .allowing(Happening.ROLLBACK, 1)
                .allowing(Happening.QUESTION, 1)
                .allowing(Happening.OPERATOR, 1)
                .atMost(3);
    }

    /** Every vote in every order, with repetitions and losses (P3, P4). */
    private static Scope votes(int branches) {
        return Scope.of("votes", branches)
                .voting(Vote.REFUSED, Vote.READ_ONLY)
                .allowing(Happening.DUPLICATE, 1)
                .allowing(Happening.LOSS, 1)
                .allowing(Happening.ROLLBACK, 1)
                .atMost(1);
    }

    /** What is read-only commits without a record, if the transaction allows it (P5). */
    private static Scope readOnly(int branches) {
        return Scope.of("read-only", branches)
                .withFlags(TransactionId.ALLOWS_UNLOGGED_READ_ONLY)
                .voting(Vote.READ_ONLY)
                .allowing(Happening.COORDINATOR_CRASH, 1)
                .allowing(Happening.PARTICIPANT_CRASH, 1)
                .atMost(1);
    }

    /** Two crashes of the coordinator at any moment, also of one that is starting (P6, P8, P9, P10). */
    private static Scope restarts(int branches) {
        return Scope.of("restarts", branches)
                .voting(Vote.REFUSED)
                .allowing(Happening.COORDINATOR_CRASH, 2)
                .atMost(2);
    }

    /** Overrides and questions at the worst moment (P11, P14). */
    private static Scope operators(int branches) {
        return Scope.of("operators", branches)
                .allowing(Happening.OPERATOR, 2)
                .allowing(Happening.QUESTION, 1)
                .allowing(Happening.COORDINATOR_CRASH, 1)
                .allowing(Happening.DEADLINE, 1)
                .atMost(2);
    }

    /** Nothing is kept that is finished, and deletions may come undone (P9, P11). */
    private static Scope pruning(int branches) {
        return Scope.of("pruning", branches)
                .pruning()
                .allowing(Happening.COORDINATOR_CRASH, 2)
                .allowing(Happening.SCAN, 2)
                .allowing(Happening.QUESTION, 1)
                .atMost(2);
    }

    /** From the first enlistment on, also prepared ones, and with clients that do not wait (P2). */
    private static Scope enlistments(int branches) {
        return Scope.of("enlistments", branches)
                .fromEnlistment(true)
                .allowing(Happening.HASTE, 1)
                .allowing(Happening.COORDINATOR_CRASH, 1)
                .allowing(Happening.STREAM_LOSS, 1)
                .allowing(Happening.DUPLICATE, 1)
                .atMost(2);
    }

    /** A network at its worst, and time that passes (P3, P7). */
    private static Scope network(int branches) {
        return Scope.of("network", branches)
                .allowing(Happening.DUPLICATE, 1)
                .allowing(Happening.LOSS, 1)
                .allowing(Happening.STREAM_LOSS, 2)
                .allowing(Happening.DEADLINE, 2)
                .allowing(Happening.COMMIT_AGAIN, 1)
                .atMost(2);
    }

    /** Processes that die, also in the middle of a prepare, and a second instance that may take over (P7, P9, P12). */
    private static Scope processes(int branches) {
        return Scope.of("processes", branches)
                .withSecondInstance()
                .allowing(Happening.PARTICIPANT_CRASH, 2)
                .allowing(Happening.COORDINATOR_CRASH, 1)
                .allowing(Happening.DEADLINE, 1)
                .allowing(Happening.SCAN, 1)
                .atMost(2);
    }

    /** Any so many things that may happen, together. */
    private static Scope everything(String name, int branches, int happenings) {
        return Scope.of(name, branches)
                .voting(Vote.REFUSED)
                .allowing(Happening.COORDINATOR_CRASH, 2)
                .allowing(Happening.PARTICIPANT_CRASH, 2)
                .allowing(Happening.DUPLICATE, 1)
                .allowing(Happening.LOSS, 1)
                .allowing(Happening.STREAM_LOSS, 1)
                .allowing(Happening.DEADLINE, 2)
                .allowing(Happening.SCAN, 1)
                .allowing(Happening.COMMIT_AGAIN, 1)
                .allowing(Happening.ROLLBACK, 1)
                .allowing(Happening.QUESTION, 1)
                .allowing(Happening.OPERATOR, 1)
                .atMost(happenings);
    }
}
