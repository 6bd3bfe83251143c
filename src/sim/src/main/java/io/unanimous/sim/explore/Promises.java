package io.unanimous.sim.explore;

import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.BranchAnswer;
import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.Outcome;
import io.unanimous.coordinator.core.RefusalReason;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.core.TransactionSummary;
import java.util.List;

/**
 * The invariants, as predicates on what is on disk, what the databases hold, and what was told to clients and participants.
 * It knows nothing of the coordinator's inside.
 *
 * <p>A1 no two outcomes. A2 committed only with every branch. A3 what was told stays. A4 applied if and only if committed,
 * and once. A6 nothing is forgotten while a branch is pending. A8 an override is on record when it is told. A9 no id and no
 * epoch twice. Besides: no false alarm, no HOLD and no LEAVE, since no record that was on disk is ever lost here.
 *
 * <p>Every state is judged by itself, with a few bits of what was told before, and not by the history that led to it: states
 * that differ in their pasts alone are one, or there would be no end of them.
 */
final class Promises {

    private final Scope scope;
    private final Interner<List<LogRecord>> logs;

    Promises(Scope scope, Interner<List<LogRecord>> logs) {
        this.scope = scope;
        this.logs = logs;
    }

    private static void check(boolean holds, String invariant, String text) {
        Violation.unless(holds, invariant, text);
    }

    // ---- what is written ----------------------------------------------------------------------------------------

    /** A record was handed to the log; it may yet be lost. */
    void written(World world, LogRecord record) {
        if (record.event() instanceof Event.CommitDecided decision) {
            for (Event.DecidedBranch branch : decision.prepared()) {
                int number = Model.branchOf(branch.branch());
                Holding holding = world.holding(number);
                check(
                        holding == Holding.PREPARED || holding == Holding.COMMITTED,
                        "A2",
                        branch.branch() + " is in a decision to commit, and its database holds " + holding);
            }
        } else if (record.event() instanceof Event.Finished) {
            check(
                    !decidedAndPending(world, world.decided),
                    "A6",
                    "the transaction is finished, and a branch of its decision is not committed");
        } else if (record.event() instanceof Event.HoldEntered hold) {
            check(false, "HOLD", "HOLD is entered, and no record was lost: " + hold.findings());
        }
    }

    private boolean decidedAndPending(World world, int decided) {
        for (int branch = 0; branch < scope.branches(); branch++) {
            if ((decided >>> branch & 1) != 0 && world.holding(branch) != Holding.COMMITTED) {
                return true;
            }
        }
        return false;
    }

    /** A record is on disk. */
    void durable(World world, LogRecord record) {
        if (record.event() instanceof Event.CommitDecided decision) {
            check(
                    !world.is(World.TOLD_ROLLED_BACK),
                    "A3",
                    "the transaction was told rolled back, and now a decision to commit it is on disk");
            world.set(World.DECIDED);
            for (Event.DecidedBranch branch : decision.prepared()) {
                world.decided |= 1 << Model.branchOf(branch.branch());
            }
        } else if (record.event() instanceof Event.EpochStarted started) {
            for (LogRecord earlier : logs.value(world.log)) {
                if (earlier.number() < record.number() && earlier.event() instanceof Event.EpochStarted before) {
                    check(
                            before.epoch() < started.epoch(),
                            "A9",
                            "epoch " + started.epoch() + " begins, and epoch " + before.epoch() + " has begun before");
                }
            }
        }
    }

    // ---- what is told -------------------------------------------------------------------------------------------

    /** A participant is sent something. */
    void told(World world, Effect.OnConnection effect) {
        if (effect instanceof Effect.SendCommit commit && !commit.onePhase()) {
            commits(world, commit.branch());
        } else if (effect instanceof Effect.SendRollback rollback) {
            rollsBack(world, rollback.branch());
        } else if (effect instanceof Effect.SendOutcome outcome) {
            if (outcome.answer() == BranchAnswer.COMMIT) {
                if (world.holding(Model.branchOf(outcome.branch())) != Holding.COMMITTED_IN_ONE_PHASE) {
                    commits(world, outcome.branch());
                }
            } else if (outcome.answer() == BranchAnswer.ROLLBACK) {
                rollsBack(world, outcome.branch());
            } else if (outcome.answer() == BranchAnswer.LEAVE) {
                check(scope.flags() != 0, "LEAVE", outcome.branch() + " is to be left: " + outcome.detail());
            }
        }
    }

    private static void commits(World world, BranchName branch) {
        check(
                world.decides(Model.branchOf(branch)),
                "A1",
                branch + " is told to commit, and no decision on disk commits it");
    }

    private static void rollsBack(World world, BranchName branch) {
        check(
                !world.decides(Model.branchOf(branch)),
                "A1",
                branch + " is told to roll back, and the decision on disk commits it");
    }

    /** A client or an operator is answered about the transaction. */
    void answered(World world, Answer answer) {
        if (answer instanceof Answer.CommitAnswered a) {
            outcomeTold(world, a.outcome());
        } else if (answer instanceof Answer.RollbackAnswered a) {
            outcomeTold(world, a.outcome());
        } else if (answer instanceof Answer.OutcomeTold a) {
            outcomeTold(world, a.outcome());
        } else if (answer instanceof Answer.Refused a) {
            if (a.refusal().reason() == RefusalReason.ROLLED_BACK) {
                outcomeTold(world, Outcome.ROLLED_BACK);
            } else if (a.refusal().reason() == RefusalReason.ALREADY_COMMITTED) {
                outcomeTold(world, Outcome.COMMITTED);
            }
        } else if (answer instanceof Answer.Listed a) {
            a.transactions().forEach(summary -> shown(world, summary));
        } else if (answer instanceof Answer.Described a) {
            shown(world, a.transaction().summary());
        } else if (answer instanceof Answer.OverrideDone a) {
            check(
                    logs.value(world.log).stream()
                            .anyMatch(record ->
                                    record.number() <= world.synced && record.event() instanceof Event.OperatorActed),
                    "A8",
                    "an override is told, and no audit record is on disk");
            if (a.after() != null) {
                shown(world, a.after());
            }
        }
    }

    private void shown(World world, TransactionSummary summary) {
        switch (summary.state()) {
            case COMMITTING, COMMITTED -> outcomeTold(world, Outcome.COMMITTED);
            case ROLLING_BACK, ROLLED_BACK -> outcomeTold(world, Outcome.ROLLED_BACK);
            case UNKNOWN -> outcomeTold(world, Outcome.UNKNOWN);
            case ACTIVE, PREPARING, ONE_PHASE -> {}
        }
    }

    private void outcomeTold(World world, Outcome outcome) {
        switch (outcome) {
            case COMMITTED -> {
                check(!world.is(World.TOLD_ROLLED_BACK), "A3", "it was told rolled back, and is told committed");
                world.set(World.TOLD_COMMITTED);
            }
            case ROLLED_BACK -> {
                check(!world.is(World.TOLD_COMMITTED), "A3", "it was told committed, and is told rolled back");
                world.set(World.TOLD_ROLLED_BACK);
            }
            case UNKNOWN -> check(scope.flags() != 0, "A3", "it allows no shortcut, and is told UNKNOWN");
            case IN_PROGRESS -> {}
        }
        toldIsTrue(world);
    }

    /** The daemon calls for an operator. */
    void alarmed(Effect.Announce alarm) {
        boolean fair = alarm.text().contains("HEURISTIC")
                || (scope.flags() != 0 && alarm.text().contains("is left"));
        check(fair, "ALARM", "a false alarm: " + alarm.text());
    }

    // ---- what is ------------------------------------------------------------------------------------------------

    /** Looks at a state as a whole. */
    void hold(World world, Machine.State coordinator, TransactionId transaction) {
        for (int branch = 0; branch < scope.branches(); branch++) {
            Holding holding = world.holding(branch);
            if (world.decides(branch)) {
                if (holding != Holding.PREPARED && holding != Holding.COMMITTED) {
                    throw new Violation(
                            "A4",
                            "branch " + branch + " is in the decision on disk, and its database holds " + holding);
                }
            } else if (holding == Holding.COMMITTED) {
                throw new Violation("A4", "branch " + branch + " is committed, and no decision on disk commits it");
            } else if (world.is(World.DECIDED) && world.confirmed(branch) && !world.readOnly(branch)) {
                throw new Violation(
                        "A2",
                        "branch " + branch + " is enlisted, has written, and is left out of the decision on disk");
            }
        }
        toldIsTrue(world);
        if (world.serving()) {
            questionsAreAnswered(world, coordinator, transaction);
        }
    }

    private void toldIsTrue(World world) {
        if (world.is(World.TOLD_COMMITTED)) {
            check(
                    world.is(World.DECIDED) || committedByShortcut(world),
                    "A1",
                    "it was told committed, and no decision is on disk");
        }
        if (world.is(World.TOLD_ROLLED_BACK)) {
            check(!world.is(World.DECIDED), "A1", "it was told rolled back, and a decision is on disk");
            for (int branch = 0; branch < scope.branches(); branch++) {
                check(
                        world.holding(branch) != Holding.COMMITTED_IN_ONE_PHASE,
                        "A2",
                        "it was told rolled back, and a branch is committed in one phase");
            }
        }
    }

    private boolean committedByShortcut(World world) {
        if (scope.flags() == 0) {
            return false;
        }
        boolean allReadOnly = true;
        boolean onePhase = false;
        for (int branch = 0; branch < scope.branches(); branch++) {
            onePhase |= world.holding(branch) == Holding.COMMITTED_IN_ONE_PHASE;
            allReadOnly &= world.readOnly(branch) || !world.confirmed(branch);
        }
        return onePhase || allReadOnly;
    }

    /** What anybody who asked now would be told at once, and what id would be minted. */
    private void questionsAreAnswered(World world, Machine.State coordinator, TransactionId transaction) {
        Outcome outcome = coordinator.outcomeAwaits() <= world.synced ? coordinator.outcome() : null;
        if (outcome == Outcome.COMMITTED) {
            check(
                    world.is(World.DECIDED) || committedByShortcut(world),
                    "A1",
                    "who asks is told committed, and no decision is on disk");
        }
        if (outcome == Outcome.ROLLED_BACK) {
            check(!world.is(World.DECIDED), "A1", "who asks is told rolled back, and a decision is on disk");
            check(!world.is(World.TOLD_COMMITTED), "A3", "it was told committed, and who asks is told rolled back");
        }
        if (world.is(World.DECIDED)
                && coordinator.outcome() != Outcome.COMMITTED
                && decidedAndPending(world, world.decided)) {
            throw new Violation(
                    "A6", "a branch of the decision on disk is pending, and who asks is told " + coordinator.outcome());
        }
        TransactionId next = coordinator.mints();
        check(next == null || !next.equals(transaction), "A9", "the transaction's id would be minted a second time");
    }
}
