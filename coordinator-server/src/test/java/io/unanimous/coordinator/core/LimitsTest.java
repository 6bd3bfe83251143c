package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Each bound that the core keeps: at it, below it, above it. */
class LimitsTest {

    private World world = World.started();

    @Test
    void defaultsAreThoseOfTheProtocol() {
        Limits limits = Limits.defaults();
        assertThat(limits.timeoutDefaultMs()).isEqualTo(60_000);
        assertThat(limits.timeoutMinMs()).isEqualTo(100);
        assertThat(limits.timeoutMaxMs()).isEqualTo(86_400_000);
        assertThat(limits.prepareTimeoutMs()).isEqualTo(10_000);
        assertThat(limits.branchesMax()).isEqualTo(64);
        assertThat(limits.payloadBytesMax()).isEqualTo(4_096);
        assertThat(limits.reasonBytesMax()).isEqualTo(512);
        assertThat(limits.openTransactionsMax()).isEqualTo(200_000);
        assertThat(limits.retryMinMs()).isEqualTo(100);
        assertThat(limits.retryMaxMs()).isEqualTo(30_000);
        assertThat(limits.graceMs()).isEqualTo(25_000);
        assertThat(limits.retentionMs()).isEqualTo(86_400_000);
        assertThat(limits.retainedOutcomesMax()).isEqualTo(500_000);
    }

    @Test
    void eachLimitIsSetOnItsOwn() {
        Limits limits = Limits.defaults()
                .withPrepareTimeoutMs(1)
                .withOpenTransactionsMax(2)
                .withDelivery(3, 4, 5, 6)
                .withGraceMs(7)
                .withRetention(8, 9, 10);
        assertThat(List.of(
                        limits.prepareTimeoutMs(),
                        (long) limits.openTransactionsMax(),
                        limits.retryMinMs(),
                        limits.retryMaxMs(),
                        limits.rollbackRetryMs(),
                        limits.goneAfterMs(),
                        limits.graceMs(),
                        limits.retentionMs(),
                        (long) limits.retainedOutcomesMax(),
                        (long) limits.retainedPruneBatch()))
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(limits.branchesMax()).isEqualTo(Limits.defaults().branchesMax());
        assertThat(limits.listExaminedMax()).isEqualTo(Limits.defaults().listExaminedMax());
    }

    @Test
    void timeoutLiesWithinItsBounds() {
        for (long timeoutMs : new long[] {100, 101, 86_399_999, 86_400_000}) {
            assertThat(begin(timeoutMs).answer(Answer.Begun.class).timeoutMs()).isEqualTo(timeoutMs);
        }
        assertThat(begin(0).answer(Answer.Begun.class).timeoutMs()).isEqualTo(60_000);
        for (long timeoutMs : new long[] {-1, 1, 99, 86_400_001, 31_536_000_000L, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThat(begin(timeoutMs).refusal()).isEqualTo(RefusalReason.LIMIT_EXCEEDED);
        }
    }

    private World.Output begin(long timeoutMs) {
        return world.step(new Input.BeginRequested(world.caller(), timeoutMs, 0, ""));
    }

    @Test
    void openTransactionsAreBounded() {
        world = World.started(Limits.defaults().withOpenTransactionsMax(3));
        List<TransactionId> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(world.begin());
        }
        Refusal refusal = begin(0).answer(Answer.Refused.class).refusal();
        assertThat(refusal.reason()).isEqualTo(RefusalReason.TOO_MANY_TRANSACTIONS);
        assertThat(refusal.retryAfterMs()).isPositive();
        assertThat(world.counter("refused_begins")).isEqualTo(1);
        world.rollBack(open.get(1));
        assertThat(world.begin().sequence()).isEqualTo(4);
    }

    @Test
    void branchesAreBounded() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        for (int i = 0; i < world.limits.branchesMax(); i++) {
            assertThat(enlist(id, "ledger/a" + i, 0)).isNull();
        }
        assertThat(enlist(id, "ledger/b", 0).reason()).isEqualTo(RefusalReason.LIMIT_EXCEEDED);
        // Repeated, one of those that there are is still confirmed.
        assertThat(enlist(id, "ledger/a63", 0)).isNull();
        assertThat(world.describe(id).branches()).hasSize(world.limits.branchesMax());
    }

    @Test
    void payloadIsBounded() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        int max = world.limits.payloadBytesMax();
        assertThat(enlist(id, "ledger/a", max - 1)).isNull();
        assertThat(enlist(id, "ledger/b", max)).isNull();
        assertThat(enlist(id, "ledger/c", max + 1).reason()).isEqualTo(RefusalReason.LIMIT_EXCEEDED);
    }

    private Refusal enlist(TransactionId id, String branch, int payloadBytes) {
        return world.step(
                        new Input.BranchEnlisted(1, id, World.branch(branch), Payload.of(new byte[payloadBytes]), null))
                .effect(Effect.SendEnlisted.class)
                .refusal();
    }

    @Test
    void waitersAreBounded() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        for (int i = 0; i < Transaction.WAITERS_MAX; i++) {
            assertThat(world.commit(id).effects(Effect.Reply.class)).isEmpty();
        }
        assertThat(world.commit(id).refusal()).isEqualTo(RefusalReason.OVERLOADED);
        World.Output refused = world.vote(1, id, "ledger/a", Vote.REFUSED);
        assertThat(refused.effects(Effect.Reply.class)).hasSize(Transaction.WAITERS_MAX);
    }

    @Test
    void outcomesAreKeptUpToTheirNumber() {
        world = World.started(Limits.defaults().withRetention(1_000_000, 4, 2));
        List<TransactionId> ended = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ended.add(world.begin());
            assertThat(world.rollBack(ended.get(i)).records()).isEmpty();
        }
        TransactionId fifth = world.begin();
        assertThat(world.rollBack(fifth).records()).hasSize(1);
        assertThat(world.ask(ended.get(0)).refusal()).isEqualTo(RefusalReason.NOT_FOUND);
        assertThat(world.ask(ended.get(1)).refusal()).isEqualTo(RefusalReason.NOT_FOUND);
        assertThat(world.outcome(ended.get(2)).outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(world.status().retainedOutcomes()).isEqualTo(3);
    }

    @Test
    void outcomesAreKeptUpToTheirNumberAlsoAfterNoneWasOldEnough() {
        world = World.started(Limits.defaults().withRetention(1_000_000, 4, 2));
        world.rollBack(world.begin());
        world.advance(Coordinator.PRUNE_EVERY_MS);
        for (int i = 0; i < 10; i++) {
            world.rollBack(world.begin());
        }
        assertThat(world.status().retainedOutcomes()).isLessThanOrEqualTo(4);
    }

    @Test
    void outcomesAreKeptForTheirTime() {
        world = World.started(Limits.defaults().withRetention(120_000, 100, 1));
        TransactionId id = world.begin();
        world.rollBack(id);
        world.advance(119_999);
        assertThat(world.outcome(id).outcome()).isEqualTo(Outcome.ROLLED_BACK);
        world.advance(1);
        world.sync();
        assertThat(world.ask(id).refusal()).isEqualTo(RefusalReason.NOT_FOUND);
    }

    @Test
    void findingsOfAHoldAreBounded() {
        LogPosition base = world.position();
        for (int i = 1; i <= CoordinatorState.FINDINGS_MAX + 4; i++) {
            world.connect(
                    i,
                    "inc-" + i,
                    List.of(new ResourceRegistration("ledger", "")),
                    List.of(new LogPosition(World.STORE, 0, base.epoch() + i, 1, i)));
        }
        assertThat(world.status().hold().findings()).hasSize(CoordinatorState.FINDINGS_MAX);
        long held = world.log.values().stream()
                .filter(record -> record.event() instanceof Event.HoldEntered)
                .count();
        assertThat(held).isEqualTo(CoordinatorState.FINDINGS_MAX);
    }

    @Test
    void inquiriesPutOffAreBounded() {
        world.connect(1, "inc-a", "ledger", "orders");
        world.sync();
        TransactionId id = world.begin();
        world.cutPower();
        world.start();
        world.connect(2, "inc-b", "ledger");
        int max = world.limits.deferredInquiriesMax();
        List<Input.InquiredBranch> branches = new ArrayList<>();
        for (int i = 0; i < max + 5; i++) {
            branches.add(World.inquired(id, "ledger/a"));
        }
        World.Output asked = world.step(
                new Input.BranchesInquired(2, "ledger", InquiryKind.OVERDUE, 1, world.position(), branches, true));
        assertThat(asked.effects(Effect.SendOutcome.class)).hasSize(max + 5);
        assertThat(world.advance(world.limits.graceMs()).effects(Effect.SendOutcome.class))
                .hasSize(max);
    }

    @Test
    void transactionsLookedAfterInATurnAreBounded() {
        int max = world.limits.timersPerTurnMax();
        for (int i = 0; i < max + 1; i++) {
            world.begin(0, 1_000);
        }
        world.monotonicMs += 2_000;
        world.step(new Input.Tick());
        assertThat(world.coordinator.openTransactions()).isEqualTo(1);
        assertThat(world.coordinator.nextWakeMs()).isLessThanOrEqualTo(world.monotonicMs);
        world.step(new Input.Tick());
        assertThat(world.coordinator.openTransactions()).isZero();
    }

    @Test
    void pageOfAListEndsAfterSoManyMisses() {
        Limits defaults = Limits.defaults();
        int examined = defaults.listExaminedMax();
        TransactionId oldest = world.begin();
        for (int i = 0; i < examined; i++) {
            world.begin();
        }
        world.rollBack(oldest);
        TransactionFilter ended = new TransactionFilter(Set.of(TransactionState.ROLLED_BACK), 0, "", false, false, "");
        Answer.Listed first =
                world.step(new Input.ListAsked(world.caller(), ended, 10, null)).answer(Answer.Listed.class);
        assertThat(first.transactions()).isEmpty();
        assertThat(first.next()).isNotNull();
        Answer.Listed second = world.step(new Input.ListAsked(world.caller(), ended, 10, first.next()))
                .answer(Answer.Listed.class);
        assertThat(second.transactions()).hasSize(1);
        assertThat(second.next()).isNull();
    }

    @Test
    void listGoesThroughAllPagesNewestFirst() {
        List<TransactionId> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            TransactionId id = world.begin();
            all.add(0, id);
            if (i % 3 == 0) {
                world.rollBack(id);
            }
        }
        TransactionFilter everything = new TransactionFilter(Set.of(), 0, "", false, false, "");
        List<TransactionId> seen = new ArrayList<>();
        TransactionId before = null;
        do {
            Answer.Listed page = world.step(new Input.ListAsked(world.caller(), everything, 3, before))
                    .answer(Answer.Listed.class);
            assertThat(page.transactions()).hasSizeLessThanOrEqualTo(3);
            page.transactions().forEach(summary -> seen.add(summary.transaction()));
            before = page.next();
        } while (before != null);
        assertThat(seen).isEqualTo(all);
    }

    @Test
    void backoffLiesWithinItsBoundsAndSpreads() {
        Kernel kernel = new Kernel(Limits.defaults(), World.STORE, 0);
        Set<Long> waits = new TreeSet<>();
        for (int attempt = 0; attempt < 70; attempt++) {
            for (int sequence = 1; sequence <= 20; sequence++) {
                TransactionId id = TransactionId.of(World.STORE, 0, 1, 1, sequence, 0);
                long waitMs = kernel.backoffMs(id, World.branch("ledger/a"), attempt);
                long capMs = attempt > 20 ? 30_000 : Math.min(30_000, 100L << attempt);
                assertThat(waitMs).isBetween(100L, Math.max(100L, capMs));
                waits.add(waitMs);
            }
        }
        assertThat(waits.size()).isGreaterThan(1_000);
    }

    @Test
    void batchOfPruningLeavesHalfOfWhatIsKept() {
        world = World.started(Limits.defaults().withRetention(1_000_000, 4, 10_000));
        for (int i = 0; i < 5; i++) {
            world.rollBack(world.begin());
        }
        assertThat(world.status().retainedOutcomes()).isEqualTo(3);
    }

    @Test
    void resourcesAreBounded() {
        int known = 0;
        long connection = 0;
        while (known < CoordinatorState.RESOURCES_MAX - 1) {
            String[] names = new String[Math.min(64, CoordinatorState.RESOURCES_MAX - 1 - known)];
            for (int i = 0; i < names.length; i++) {
                names[i] = "r" + known++;
            }
            assertThat(world.connect(++connection, "inc-a", names).effects(Effect.SendWelcome.class))
                    .hasSize(1);
        }
        World.Output tooMany = world.connect(++connection, "inc-a", "x1", "x2");
        assertThat(tooMany.effect(Effect.CloseConnection.class).refusal().reason())
                .isEqualTo(RefusalReason.LIMIT_EXCEEDED);
        assertThat(tooMany.records()).isEmpty();
        assertThat(world.connect(++connection, "inc-a", "x1").effects(Effect.SendWelcome.class))
                .hasSize(1);
        assertThat(world.connect(++connection, "inc-b", "x1", "r0").effects(Effect.SendWelcome.class))
                .hasSize(1);
        assertThat(world.connect(++connection, "inc-a", "x2").effects(Effect.SendWelcome.class))
                .isEmpty();
    }

    /** P13: new work goes first, questions next, and what ends transactions never. */
    @Test
    void onlyNewWorkAndQuestionsAreShed() {
        TransactionId id = world.begin();
        BranchName branch = World.branch("ledger/a");
        assertThat(List.of(
                        new Input.BeginRequested(world.caller(), 0, 0, "").shedding(),
                        new Input.BranchEnlisted(1, id, branch, Payload.EMPTY, null).shedding()))
                .containsOnly(Input.Shedding.FIRST);
        assertThat(new Input.OutcomeAsked(world.caller(), id).shedding()).isEqualTo(Input.Shedding.NEXT);
        assertThat(List.<Input>of(
                        new Input.CommitRequested(world.caller(), id, AnswerAt.DECISION, 0),
                        new Input.RollbackRequested(world.caller(), id, "", AnswerAt.DECISION, 0),
                        new Input.VoteReceived(1, id, branch, 1, 1, Vote.PREPARED, ""),
                        new Input.AckReceived(1, id, branch, 1, 1, Command.COMMIT, AckResult.DONE, ""),
                        new Input.ParticipantConnected(1, "p", "inc-a", List.of(), List.of()),
                        new Input.ParticipantLost(1),
                        new Input.RollbackForced(world.caller(), id, World.order("x")),
                        new Input.BranchOutcomeGiven(world.caller(), id, branch, Resolution.GONE, World.order("x")),
                        new Input.HeuristicNoted(world.caller(), id, World.order("x")),
                        new Input.LogSynced(1),
                        new Input.Tick()))
                .allMatch(input -> input.shedding() == Input.Shedding.NEVER);
    }
}
