package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Overrides (P14). */
class OperatorsTest {

    private final World world = World.started();

    /** Also what the clock would do by itself is not done by asking what an override would do. */
    @Test
    void dryRunChangesNothing() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin(0, 1_000);
        world.enlist(1, id, "ledger/a");
        world.sync();
        world.monotonicMs += 1_000;
        List<Input> dryRuns = List.of(
                new Input.RollbackForced(world.caller(), id, World.dryRun()),
                new Input.BranchOutcomeGiven(
                        world.caller(), id, World.branch("ledger/a"), Resolution.GONE, World.dryRun()),
                new Input.HeuristicNoted(world.caller(), id, World.dryRun()));
        for (Input dryRun : dryRuns) {
            World.Output output = world.step(dryRun);
            assertThat(output.records()).isEmpty();
            assertThat(output.releases()).hasSize(1);
            assertThat(world.describe(id).summary().state()).isEqualTo(TransactionState.ACTIVE);
        }
    }

    @Test
    void rollbackIsForcedOnceTheDeadlineHasPassed() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin(0, 1_000);
        world.enlist(1, id, "ledger/a");
        OverrideOrder order = new OverrideOrder("stuck", "ops", TransactionState.ACTIVE, false);
        assertThat(world.step(new Input.RollbackForced(world.caller(), id, order))
                        .refusal())
                .isEqualTo(RefusalReason.LIVE_TRANSACTION);
        world.monotonicMs += 1_000;
        World.Output forced = world.step(new Input.RollbackForced(world.caller(), id, order));
        assertThat(forced.answer(Answer.OverrideDone.class).after().state()).isEqualTo(TransactionState.ROLLED_BACK);
    }

    /** A8: nobody hears of an override that the audit trail could still lose. */
    @Test
    void everythingThatAnOverrideDoesWaitsForItsAuditRecord() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin(0, 1_000);
        world.enlist(1, id, "ledger/a");
        world.sync();
        world.monotonicMs += 1_000;
        World.Output forced = world.step(new Input.RollbackForced(world.caller(), id, World.order("stuck")));
        assertThat(forced.records().get(0).event()).isInstanceOf(Event.OperatorActed.class);
        long audit = forced.records().get(0).number();
        assertThat(forced.effects(Effect.SendRollback.class)).isNotEmpty();
        assertThat(forced.releases()).allMatch(release -> release.awaits() >= audit);
        assertThat(world.ask(id).releases()).allMatch(release -> release.awaits() >= audit);
    }

    @Test
    void overrideNeedsAReasonAndTheExpectedState() {
        TransactionId id = committing();
        BranchName branch = World.branch("ledger/a");
        Input without =
                new Input.BranchOutcomeGiven(world.caller(), id, branch, Resolution.COMMITTED, World.order(" "));
        assertThat(world.step(without).refusal()).isEqualTo(RefusalReason.REASON_MISSING);
        Input mistaken = new Input.BranchOutcomeGiven(
                world.caller(),
                id,
                branch,
                Resolution.COMMITTED,
                new OverrideOrder("looked", "ops", TransactionState.ROLLING_BACK, false));
        assertThat(world.step(mistaken).refusal()).isEqualTo(RefusalReason.STATE_MISMATCH);
        Input elsewhere = new Input.BranchOutcomeGiven(
                world.caller(), id, World.branch("orders/x"), Resolution.COMMITTED, World.order("looked"));
        assertThat(world.step(elsewhere).refusal()).isEqualTo(RefusalReason.BRANCH_NOT_FOUND);
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTING);
    }

    private TransactionId committing() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.commit(id);
        world.vote(1, id, "ledger/a", Vote.PREPARED);
        world.sync();
        return id;
    }

    @Test
    void whatAnOperatorRecordedOutlivesARestart() {
        TransactionId id = committing();
        Input resolve = new Input.BranchOutcomeGiven(
                world.caller(), id, World.branch("ledger/a"), Resolution.ROLLED_BACK, World.order("looked"));
        World.Output resolved = world.step(resolve);
        assertThat(resolved.records())
                .extracting(record -> record.event().getClass().getSimpleName())
                .containsExactly("OperatorActed", "BranchResolved", "Finished");
        world.sync();
        world.cutPower();
        world.start();
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTED);
        assertThat(world.outcome(id).heuristic()).isEqualTo(HeuristicMark.MIXED);
        assertThat(world.step(resolve).refusal()).isEqualTo(RefusalReason.NOTHING_TO_RESOLVE);
    }

    /** A rollback leaves no record of its own; what an operator found about a branch of it makes it anew in replay. */
    @Test
    void resolvedBranchOfARollbackOutlivesARestart() {
        world.connect(1, "inc-a", "ledger", "orders");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.enlist(1, id, "orders/a");
        world.lose(1);
        world.rollBack(id);
        for (String branch : List.of("ledger/a", "orders/a")) {
            world.step(new Input.BranchOutcomeGiven(
                    world.caller(), id, World.branch(branch), Resolution.COMMITTED, World.order("looked")));
        }
        world.sync();
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.ROLLED_BACK);
        world.cutPower();
        world.start();
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.ROLLED_BACK);
        assertThat(world.outcome(id).heuristic()).isEqualTo(HeuristicMark.MIXED);
        assertThat(world.describe(id).branches()).hasSize(2);
    }
}
