package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of ids without a record, and when (P9 to P11). */
class PresumptionTest {

    private final World world = World.started();

    private TransactionId id(long epoch, int nonce, long sequence, int flags) {
        return TransactionId.of(World.STORE, 0, epoch, nonce, sequence, flags);
    }

    /** Else the id would stand for a transaction when its turn to be minted comes, and Begin would stop the daemon. */
    @Test
    void heuristicOfAnIdThatWasNeverMintedMakesNoTransaction() {
        world.connect(1, "inc-a", "ledger");
        TransactionId next = id(world.coordinator.epoch(), world.coordinator.nonce(), 1, 0);
        World.Output output = world.ack(1, next, "ledger/a", Command.ROLLBACK, AckResult.HEURISTIC_COMMITTED);
        assertThat(output.records()).isEmpty();
        assertThat(world.begin()).isEqualTo(next);
    }

    @Test
    void heuristicOfAPresumedRollbackIsRecorded() {
        TransactionId id = undecidedBeforeARestart(0);
        World.Output output = world.ack(2, id, "ledger/a", Command.ROLLBACK, AckResult.HEURISTIC_COMMITTED);
        assertThat(output.forced()).isEqualTo(1);
        assertThat(world.outcome(id).outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(world.outcome(id).heuristic()).isEqualTo(HeuristicMark.MIXED);
    }

    @Test
    void everyHeuristicBranchOfAPresumedRollbackIsRecorded() {
        TransactionId id = undecidedBeforeARestart(0);
        world.ack(2, id, "ledger/a", Command.ROLLBACK, AckResult.HEURISTIC_COMMITTED);
        world.ack(2, id, "ledger/b", Command.ROLLBACK, AckResult.HEURISTIC_HAZARD);
        assertThat(world.describe(id).branches()).hasSize(2);
    }

    /** A transaction that allows shortcuts may have committed without a record. */
    @Test
    void heuristicOfAnIdWithShortcutsDecidesNothing() {
        TransactionId id = undecidedBeforeARestart(TransactionId.ALLOWS_ONE_PHASE);
        assertThat(world.outcome(id).outcome()).isEqualTo(Outcome.UNKNOWN);
        world.ack(2, id, "ledger/a", Command.ROLLBACK, AckResult.HEURISTIC_COMMITTED);
        assertThat(world.outcome(id).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(world.outcome(id).heuristic()).isEqualTo(HeuristicMark.MIXED);
    }

    private TransactionId undecidedBeforeARestart(int flags) {
        world.connect(1, "inc-a", "ledger");
        world.sync();
        TransactionId id = world.begin(flags);
        world.cutPower();
        world.start();
        world.connect(2, "inc-b", "ledger");
        world.scan(2, "ledger", world.position());
        return id;
    }

    @Test
    void heuristicOfAPrunedIdDoesNotTurnItsOutcomeRound() {
        World small = World.started(Limits.defaults().withRetention(1_000, 100, 1));
        small.connect(1, "inc-a", "ledger");
        TransactionId id = small.begin();
        small.enlist(1, id, "ledger/a");
        small.commit(id);
        small.vote(1, id, "ledger/a", Vote.PREPARED);
        small.sync();
        small.ack(1, id, "ledger/a", Command.COMMIT, AckResult.DONE);
        small.advance(2 * Coordinator.PRUNE_EVERY_MS);
        assertThat(small.ask(id).refusal()).isEqualTo(RefusalReason.NOT_FOUND);

        small.ack(1, id, "ledger/b", Command.ROLLBACK, AckResult.HEURISTIC_COMMITTED);
        assertThat(small.outcome(id).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    /** A position in another store, or one that this store never had, is no proof that the report is fresh. */
    @Test
    void reportFromAnotherStoresPositionIsNotPresumedUpon() {
        World small = World.started(Limits.defaults().withRetention(1_000, 100, 1));
        small.connect(1, "inc-a", "ledger");
        TransactionId id = small.begin();
        small.rollBack(id);
        small.advance(2 * Coordinator.PRUNE_EVERY_MS);
        small.sync();
        LogPosition right = small.position();
        List<LogPosition> wrong = List.of(
                new LogPosition(World.OTHER_STORE, 0, right.epoch(), right.nonce(), 1_000_000),
                new LogPosition(World.STORE, 1, right.epoch(), right.nonce(), 1_000_000));
        for (LogPosition position : wrong) {
            assertThat(small.scan(1, "ledger", position, World.inquired(id, "ledger/a"))
                            .effect(Effect.SendOutcome.class)
                            .answer())
                    .isEqualTo(BranchAnswer.SCAN_AGAIN);
        }
        assertThat(small.scan(1, "ledger", right, World.inquired(id, "ledger/a"))
                        .effect(Effect.SendOutcome.class)
                        .answer())
                .isEqualTo(BranchAnswer.ROLLBACK);
    }

    @Test
    void reportFromAPositionThatThisStoreNeverHadEntersHold() {
        world.connect(1, "inc-a", "ledger");
        LogPosition beyond =
                new LogPosition(World.STORE, 0, world.coordinator.epoch(), world.coordinator.nonce(), 1_000);
        world.scan(1, "ledger", beyond);
        assertThat(world.coordinator.inHold()).isTrue();
    }

    @Test
    void branchesOfAnotherResourceAreNotAskedAbout() {
        world.connect(1, "inc-a", "ledger");
        world.connect(2, "inc-b", "orders");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        World.Output output = world.scan(2, "orders", world.position(), World.inquired(id, "ledger/a"));
        assertThat(output.effect(Effect.CloseConnection.class).refusal().reason())
                .isEqualTo(RefusalReason.NOT_YOUR_RESOURCE);
    }

    /** An outcome that came late is kept as long as any other, although newer ones are pruned already. */
    @Test
    void outcomeThatFinishedLateIsKeptForItsWholeTime() {
        World small = World.started(Limits.defaults().withRetention(100_000, 1_000, 1));
        small.connect(1, "inc-a", "ledger");
        TransactionId first = stuck(small);
        TransactionId second = stuck(small);
        TransactionId third = small.begin();
        small.rollBack(third);
        small.advance(200_000);
        small.sync();
        assertThat(small.ask(third).refusal()).isEqualTo(RefusalReason.NOT_FOUND);

        small.ack(1, first, "ledger/a", Command.COMMIT, AckResult.DONE);
        small.advance(90_000);
        small.ack(1, second, "ledger/a", Command.COMMIT, AckResult.DONE);
        small.advance(60_000);
        small.sync();
        assertThat(small.ask(first).refusal()).isEqualTo(RefusalReason.NOT_FOUND);
        assertThat(small.outcome(second).outcome()).isEqualTo(Outcome.COMMITTED);

        // The horizon has not fallen, also not after a restart; nor has what is pruned come back.
        small.cutPower();
        small.start();
        small.advance(10_000);
        assertThat(small.status().horizon()).isEqualTo(third);
        assertThat(small.ask(third).refusal()).isEqualTo(RefusalReason.NOT_FOUND);
        assertThat(small.ask(first).refusal()).isEqualTo(RefusalReason.NOT_FOUND);
        assertThat(small.outcome(second).outcome()).isEqualTo(Outcome.COMMITTED);
    }

    private static TransactionId stuck(World world) {
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.commit(id);
        world.vote(1, id, "ledger/a", Vote.PREPARED);
        world.sync();
        return id;
    }

    @Test
    void branchThatWasToldToLeaveIsInDoubtNoMoreOnceItHasItsAnswer() {
        world.connect(1, "inc-a", "ledger");
        world.sync();
        TransactionId id = world.begin();
        world.cutPower();
        world.start(new HoldFinding(HoldFinding.Kind.RESTORED, 0, 0, 0, "restored"));
        world.connect(2, "inc-b", "ledger");
        world.scan(2, "ledger", world.position(), World.inquired(id, "ledger/a"));
        assertThat(world.status().inDoubtBranches()).isEqualTo(1);

        String evidence = world.status().hold().evidenceId();
        world.step(new Input.HoldReleaseRequested(world.caller(), evidence, World.order("checked")));
        world.sync();
        assertThat(world.scan(2, "ledger", world.position(), World.inquired(id, "ledger/a"))
                        .effect(Effect.SendOutcome.class)
                        .answer())
                .isEqualTo(BranchAnswer.ROLLBACK);
        assertThat(world.status().inDoubtBranches()).isZero();
    }

    /** An operator who has read the evidence at the original says nothing about a copy of it that somebody started meanwhile. */
    @Test
    void aCopyOfAStoreInHoldIsNotReleasedByTheEvidenceOfTheOriginal() {
        HoldFinding copied = new HoldFinding(HoldFinding.Kind.DIRECTORY_COPIED, 0, 0, 0, "copied");
        world.crash();
        world.start(copied);
        String read = world.status().hold().evidenceId();
        world.crash();
        world.start(copied);

        world.step(new Input.HoldReleaseRequested(world.caller(), read, World.order("checked")));
        world.sync();

        assertThat(world.coordinator.inHold()).isTrue();
        assertThat(world.status().hold().evidenceId()).isNotEqualTo(read);
    }

    /** While the process stood still nobody could report, so that this time is none in which they were heard out. */
    @Test
    void theTimeInWhichTheCoordinatorStoodStillIsNoGrace() {
        world.connect(1, "inc-a", "ledger");
        world.sync();
        TransactionId id = world.begin();
        world.cutPower();
        world.start();
        world.monotonicMs += 10 * world.limits.graceMs();
        world.step(new Input.Tick());
        assertThat(world.ask(id).refusal()).isEqualTo(RefusalReason.NOT_READY);

        world.advance(world.limits.graceMs() - Grace.STEP_COUNTS_MAX_MS - 1);
        assertThat(world.ask(id).refusal()).isEqualTo(RefusalReason.NOT_READY);
        world.advance(1);
        assertThat(world.outcome(id).outcome()).isEqualTo(Outcome.ROLLED_BACK);
    }

    /** Whoever must be told at the end of the grace is told in turns that stay short. */
    @Test
    void deferredAnswersArePaced() {
        world.connect(1, "inc-a", "ledger", "orders");
        world.sync();
        TransactionId id = world.begin();
        world.cutPower();
        world.start();
        world.connect(2, "inc-b", "ledger");
        int asked = world.limits.timersPerTurnMax() + 1;
        for (int i = 0; i < asked; i++) {
            world.inquire(2, "ledger", InquiryKind.OVERDUE, world.position(), World.inquired(id, "ledger/a"));
        }
        world.advance(world.limits.graceMs() - 1);
        world.monotonicMs++;
        World.Output first = world.step(new Input.Tick());
        assertThat(first.effects(Effect.SendOutcome.class)).hasSize(world.limits.timersPerTurnMax());
        assertThat(world.coordinator.nextWakeMs()).isLessThanOrEqualTo(world.monotonicMs);
        assertThat(world.step(new Input.Tick()).effects(Effect.SendOutcome.class))
                .hasSize(1);
    }

    @Test
    void sequenceOfAnEndedEpochIsPresumedRolledBackWhetherMintedOrNot() {
        long epoch = world.coordinator.epoch();
        int nonce = world.coordinator.nonce();
        world.begin();
        world.cutPower();
        world.start();
        assertThat(world.outcome(id(epoch, nonce, 1, 0)).outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(world.outcome(id(epoch, nonce, 99, 0)).outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(world.ask(id(epoch, nonce, 0, 0)).refusal()).isEqualTo(RefusalReason.NEVER_MINTED);
        assertThat(world.ask(id(epoch, nonce + 1, 1, 0)).refusal()).isEqualTo(RefusalReason.NOT_FOUND);
        assertThat(world.ask(id(epoch + 500_000, nonce, 1, 0)).refusal()).isEqualTo(RefusalReason.NOT_FOUND);
    }

    /** Prepared early and enlisted too late: whatever became of the one-phase commit, this branch is none of it. */
    @Test
    void branchOutsideAOnePhaseCommitIsRolledBack() {
        world.connect(1, "inc-a", "ledger");
        world.connect(2, "inc-b", "orders");
        TransactionId id = world.begin(TransactionId.ALLOWS_ONE_PHASE);
        world.enlist(1, id, "ledger/a");
        world.commit(id);
        assertThat(answerToScan(id)).isEqualTo(BranchAnswer.ROLLBACK);
        world.ack(1, id, "ledger/a", Command.COMMIT_ONE_PHASE, AckResult.UNKNOWN);
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.UNKNOWN);
        assertThat(answerToScan(id)).isEqualTo(BranchAnswer.ROLLBACK);
        // The branch itself, found prepared against all expectation, is for an operator to look at.
        assertThat(world.scan(1, "ledger", world.position(), World.inquired(id, "ledger/a"))
                        .effect(Effect.SendOutcome.class)
                        .answer())
                .isEqualTo(BranchAnswer.LEAVE);
    }

    private BranchAnswer answerToScan(TransactionId id) {
        return world.scan(2, "orders", world.position(), World.inquired(id, "orders/b"))
                .effect(Effect.SendOutcome.class)
                .answer();
    }

    /** A report may be older than the answer; what is committed in one phase is never told to roll back. */
    @Test
    void liveReportThatCrossedTheOnePhaseCommitIsToldToCommit() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin(TransactionId.ALLOWS_ONE_PHASE);
        world.enlist(1, id, "ledger/a");
        world.commit(id);
        world.ack(1, id, "ledger/a", Command.COMMIT_ONE_PHASE, AckResult.DONE);
        World.Output late =
                world.inquire(1, "ledger", InquiryKind.LIVE, world.position(), World.inquired(id, "ledger/a"));
        assertThat(late.effect(Effect.SendOutcome.class).answer()).isEqualTo(BranchAnswer.COMMIT);
    }

    @Test
    void branchThatAnOperatorRecordedIsAnsweredAlikeBeforeAndAfterARestart() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin(TransactionId.ALLOWS_ONE_PHASE);
        world.enlist(1, id, "ledger/a");
        world.commit(id);
        world.ack(1, id, "ledger/a", Command.COMMIT_ONE_PHASE, AckResult.UNKNOWN);
        world.step(new Input.BranchOutcomeGiven(
                world.caller(), id, World.branch("ledger/a"), Resolution.COMMITTED, World.order("looked")));
        world.sync();
        for (int life = 0; life < 2; life++) {
            assertThat(world.scan(1, "ledger", world.position(), World.inquired(id, "ledger/a"))
                            .effect(Effect.SendOutcome.class)
                            .answer())
                    .isEqualTo(BranchAnswer.COMMIT);
            world.crash();
            world.start();
            world.connect(1, "inc-b", "ledger");
        }
    }

    /** Its number may be high because of records that were lost since; new ones below it are no less new for that. */
    @Test
    void reportFromALostPastIsNotPresumedUponAfterTheHoldWasLifted() {
        World small = World.started(Limits.defaults().withGraceMs(0).withRetention(1_000, 100, 1));
        LogPosition lost = new LogPosition(World.STORE, 0, small.coordinator.epoch(), small.coordinator.nonce(), 1_000);
        small.crash();
        small.start();
        small.connect(1, "inc-a", "ledger");
        small.scan(1, "ledger", lost);
        String evidence = small.status().hold().evidenceId();
        small.step(new Input.HoldReleaseRequested(small.caller(), evidence, World.order("checked")));
        TransactionId id = small.begin();
        small.rollBack(id);
        small.advance(2 * Coordinator.PRUNE_EVERY_MS);
        small.sync();
        assertThat(small.scan(1, "ledger", lost, World.inquired(id, "ledger/a"))
                        .effect(Effect.SendOutcome.class)
                        .answer())
                .isEqualTo(BranchAnswer.SCAN_AGAIN);
    }
}
