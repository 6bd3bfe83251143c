package io.unanimous.coordinator.runtime;

import static io.unanimous.coordinator.runtime.LoopRig.answersTo;
import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.Outcome;
import io.unanimous.coordinator.core.ResourceRegistration;
import io.unanimous.coordinator.core.TransactionFilter;
import io.unanimous.coordinator.core.TransactionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is told when: turns and batches are run one by one, without threads. */
final class CoordinatorLoopTest {

    private static final BranchName LEDGER = new BranchName("ledger", "a1");
    private static final BranchName STOCK = new BranchName("stock", "b1");

    private final LoopRig rig = new LoopRig();
    private final long ledger = rig.connect("ledger");
    private final long stock = rig.connect("stock");

    /** A transaction of two branches, decided by the loop; the log's thread has not touched the decision. */
    private TransactionId decide() {
        TransactionId transaction = rig.begin();
        rig.enlist(ledger, transaction, LEDGER);
        rig.enlist(stock, transaction, STOCK);
        rig.commit("commit", transaction);
        rig.run();
        assertThat(rig.takeReleased(Effect.SendPrepare.class)).hasSize(2);
        rig.vote(ledger, transaction, LEDGER);
        rig.vote(stock, transaction, STOCK);
        rig.turns();
        return transaction;
    }

    /** Hazard 1: nothing that reveals a decision leaves before the decision is on disk. */
    @Test
    void aDecisionIsToldOnlyAfterItsSync() {
        decide();
        assertThat(rig.released).isEmpty();
        assertThat(rig.logged(Event.CommitDecided.class)).isEmpty();

        assertThat(rig.runtime.runBatch()).isTrue();
        assertThat(rig.logged(Event.CommitDecided.class)).hasSize(1);
        assertThat(rig.memory.powerCut().records()).isEqualTo(rig.memory.records());
        assertThat(rig.takeReleased(Effect.SendCommit.class)).hasSize(2);
    }

    /** Hazard 41: the state is COMMITTING already when the question comes, and only in memory. */
    @Test
    void aQuestionInTheNextTurnWaitsForWhatItReveals() {
        TransactionId transaction = decide();
        rig.ask("ask", transaction);
        rig.offer(new Input.ListAsked(
                new LoopRig.Caller("list"), new TransactionFilter(Set.of(), 0, "", false, false, ""), 10, null));
        rig.turns();
        assertThat(rig.released).isEmpty();

        rig.runtime.runBatch();
        List<Effect> released = rig.takeReleased();
        assertThat(answersTo("ask", released))
                .singleElement()
                .extracting(answer -> ((Answer.OutcomeTold) answer).outcome())
                .isEqualTo(Outcome.COMMITTED);
        assertThat(answersTo("list", released)).hasSize(1);
    }

    /** What reveals nothing undurable does not wait for anybody's disk. */
    @Test
    void workOfOtherTransactionsGoesOnWhileTheDiskStandsStill() {
        decide();
        rig.offer(new Input.BeginRequested(new LoopRig.Caller("other"), 60_000, 0, ""));
        rig.turns();
        List<Effect> released = rig.takeReleased();
        assertThat(answersTo("other", released)).singleElement().isInstanceOf(Answer.Begun.class);
        assertThat(rig.logged(Event.CommitDecided.class)).isEmpty();
    }

    @Test
    void whatIsDecidedWhileABatchIsWrittenSharesTheNextSync() {
        List<TransactionId> transactions = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            TransactionId transaction = rig.begin();
            rig.enlist(ledger, transaction, LEDGER);
            rig.commit("commit", transaction);
            transactions.add(transaction);
        }
        rig.run();
        rig.takeReleased();
        long forced = rig.memory.counters().forcedWrites();
        for (TransactionId transaction : transactions) {
            rig.vote(ledger, transaction, LEDGER);
            rig.runtime.runTurn();
        }
        rig.runtime.runBatch();
        assertThat(rig.memory.counters().forcedWrites()).isEqualTo(forced + 1);
        assertThat(rig.takeReleased(Effect.SendCommit.class)).hasSize(50);
    }

    /** Hazard 41, across the two threads. */
    @Test
    void whatIsSaidAboutOneTransactionLeavesInOrderThoughBothThreadsRelease() {
        TransactionId transaction = decide();
        // Asked before the sync: handed to the log's thread, and not with the decision's own batch.
        rig.duringNextRelease(() -> {
            rig.ask("first", transaction);
            rig.runtime.runTurn();
        });
        rig.runtime.runBatch();
        // The decision is on disk, and the first question's answer is not released yet: the second may not overtake it.
        rig.ask("second", transaction);
        rig.runtime.runTurn();
        rig.run();
        List<Effect> replies = rig.takeReleased(Effect.Reply.class).stream()
                .map(Effect.class::cast)
                .toList();
        assertThat(replies)
                .extracting(reply -> ((Effect.Reply) reply).replyTo())
                .containsExactly(new LoopRig.Caller("first"), new LoopRig.Caller("second"));
    }

    @Test
    void finishingIsWrittenWithoutASyncAndCountsAsNothingOnDisk() {
        TransactionId transaction = decide();
        rig.run();
        long number = rig.position.get().number();
        long forced = rig.memory.counters().forcedWrites();
        rig.ack(ledger, transaction, LEDGER);
        rig.ack(stock, transaction, STOCK);
        rig.run();
        assertThat(rig.logged(Event.Finished.class)).hasSize(1);
        assertThat(rig.memory.counters().forcedWrites()).isEqualTo(forced);
        assertThat(rig.position.get().number()).isEqualTo(number);
        assertThat(rig.memory.powerCut().records())
                .hasSizeLessThan(rig.memory.records().size());
    }

    /** Hazard 2. */
    @Test
    void afterAFailedWriteNothingIsReleasedAndTheFaultIsToldOnce() {
        TransactionId transaction = decide();
        rig.memory.failNextAppend("the disk is gone");
        assertThat(rig.runtime.runBatch()).isFalse();
        assertThat(rig.faults).containsExactly("writing the log: the disk is gone");
        assertThat(rig.released).isEmpty();

        rig.ask("ask", transaction);
        rig.offer(new Input.BeginRequested(new LoopRig.Caller("begin"), 60_000, 0, ""));
        rig.run();
        assertThat(rig.released).isEmpty();
        assertThat(rig.faults).hasSize(1);
    }

    @Test
    void aTurnThatThrowsIsAFaultToo() {
        LoopRig broken = new LoopRig();
        long connection = broken.connect("ledger");
        broken.offer(new Input.HeuristicNoted(null, null, null));
        broken.run();
        assertThat(broken.faults).hasSize(1);
        broken.offer(new Input.ParticipantLost(connection));
        broken.run();
        assertThat(broken.faults).hasSize(1);
    }

    @Test
    void aTurnStepsNoMoreInputsThanItMay() {
        LoopRig small = new LoopRig(new LoopLimits(3, 100, 10, 100), log -> log);
        for (int i = 0; i < 7; i++) {
            small.offer(new Input.BeginRequested(new LoopRig.Caller("begin"), 60_000, 0, ""));
        }
        assertThat(small.runtime.runTurn()).isEqualTo(3);
        assertThat(small.runtime.runTurn()).isEqualTo(3);
        assertThat(small.runtime.runTurn()).isEqualTo(1);
        assertThat(small.runtime.runTurn()).isZero();
    }

    @Test
    void questionsPileUpInTheMailboxAndNotBehindTheDisk() {
        LoopRig small = new LoopRig(new LoopLimits(10, 2, 10, 4), log -> log);
        long connection = small.connect("ledger");
        TransactionId transaction = small.begin();
        small.enlist(connection, transaction, LEDGER);
        small.commit("commit", transaction);
        small.run();
        small.vote(connection, transaction, LEDGER);
        small.turns();
        for (int i = 0; i < 3; i++) {
            small.ask("ask", transaction);
            small.turns();
        }
        // A Commit and three answers wait for the disk: what is asked now waits in the mailbox, up to its bound of 4.
        for (int i = 0; i < 4; i++) {
            small.ask("late", transaction);
            small.turns();
        }
        assertThat(small.runtime.offer(new Input.OutcomeAsked(new LoopRig.Caller("shed"), transaction)))
                .isFalse();
        assertThat(small.counters.read()).containsEntry("inputs_shed", 1L);
        small.released.clear();
        small.run();
        List<Effect> released = small.takeReleased();
        assertThat(answersTo("ask", released)).hasSize(3);
        assertThat(answersTo("late", released)).hasSize(4);
    }

    @Test
    void aDeadlineIsKeptByTheClockAlone() {
        TransactionId transaction = rig.begin();
        rig.enlist(ledger, transaction, LEDGER);
        rig.clock.setWall(0);
        rig.run();
        rig.clock.advance(59_999);
        rig.run();
        assertThat(rig.takeReleased(Effect.SendRollback.class)).isEmpty();
        rig.clock.advance(1);
        rig.run();
        assertThat(rig.takeReleased(Effect.SendRollback.class)).hasSize(1);
    }

    /** P6: the wait for an acknowledgement starts when the decision is on disk, however long that took. */
    @Test
    void theBackoffOfACommitStartsWithItsSync() {
        decide();
        rig.clock.advance(40_000);
        rig.turns();
        rig.runtime.runBatch();
        assertThat(rig.takeReleased(Effect.SendCommit.class)).hasSize(2);
        rig.run();
        assertThat(rig.takeReleased(Effect.SendCommit.class)).isEmpty();
        rig.clock.advance(30_000);
        rig.run();
        assertThat(rig.takeReleased(Effect.SendCommit.class)).hasSize(2);
    }

    @Test
    void crashPointsOfATransactionAreReachedInOrder() {
        rig.crashPoints.clear();
        TransactionId transaction = decide();
        rig.run();
        rig.ack(ledger, transaction, LEDGER);
        rig.ack(stock, transaction, STOCK);
        rig.run();
        assertThat(rig.crashPoints)
                .containsExactly(
                        CrashPoint.AFTER_COMMIT_REQUESTED_BEFORE_PREPARE,
                        CrashPoint.AFTER_FIRST_VOTE,
                        CrashPoint.BEFORE_APPEND_DECISION,
                        CrashPoint.AFTER_SYNC_BEFORE_RELEASE,
                        CrashPoint.BETWEEN_PHASE_TWO_SENDS,
                        CrashPoint.AFTER_PHASE_TWO_SENT,
                        CrashPoint.BEFORE_FINISHED_APPEND,
                        CrashPoint.AFTER_FINISHED_APPEND);
    }

    /** Hazard 1, seen from the next life: what was decided and not synced never was. */
    @Test
    void aDecisionThatWasNotSyncedIsGoneAfterAPowerCut() {
        TransactionId transaction = decide();
        LoopRig next = new LoopRig(rig.memory.powerCut(), LoopLimits.defaults(), log -> log);
        for (long ms = 0; ms < Limits.defaults().graceMs(); ms += 1_000) {
            next.clock.advance(1_000);
            next.run();
        }
        next.takeReleased();
        next.ask("ask", transaction);
        next.run();
        assertThat(answersTo("ask", next.takeReleased()))
                .singleElement()
                .isInstanceOf(Answer.OutcomeTold.class)
                .extracting(answer -> ((Answer.OutcomeTold) answer).outcome())
                .isEqualTo(Outcome.ROLLED_BACK);
    }

    @Test
    void aDecisionThatWasSyncedAndNotToldIsDeliveredByTheNextLife() {
        decide();
        rig.runtime.runBatch();
        LoopRig next = new LoopRig(rig.memory.powerCut(), LoopLimits.defaults(), log -> log);
        next.offer(new Input.ParticipantConnected(
                1, "test", "incarnation-ledger", List.of(new ResourceRegistration("ledger", "")), List.of()));
        next.run();
        assertThat(next.takeReleased(Effect.SendCommit.class)).hasSize(1);
    }
}
