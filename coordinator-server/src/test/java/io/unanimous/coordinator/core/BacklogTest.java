package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What has become due goes out no faster than its resource answers, and nothing is left behind (P7, hazard 36). */
class BacklogTest {

    private static final int MAX = 3;
    private static final int OWED = 10;

    private final World world = World.started(Limits.defaults().withUnansweredMax(MAX));

    /** So many commits of a resource are owed after a restart; nobody is connected. */
    private List<TransactionId> owedAfterARestart(String... resources) {
        List<TransactionId> owed = new ArrayList<>();
        for (int r = 0; r < resources.length; r++) {
            world.connect(1 + r, "inc-a", resources[r]);
        }
        for (int i = 0; i < OWED; i++) {
            TransactionId id = world.begin();
            for (int r = 0; r < resources.length; r++) {
                world.enlist(1 + r, id, resources[r] + "/a");
            }
            world.commit(id);
            for (int r = 0; r < resources.length; r++) {
                world.vote(1 + r, id, resources[r] + "/a", Vote.PREPARED);
            }
            owed.add(id);
        }
        world.sync();
        world.crash();
        world.start();
        return owed;
    }

    private static List<TransactionId> commits(World.Output output) {
        return output.effects(Effect.SendCommit.class).stream()
                .map(Effect.SendCommit::transaction)
                .toList();
    }

    private World.Output done(long connection, TransactionId id, String branch) {
        return world.ack(connection, id, branch, Command.COMMIT, AckResult.DONE);
    }

    @Test
    void soManyAreUnansweredAndEachAnswerLetsTheNextGo() {
        List<TransactionId> owed = owedAfterARestart("ledger");
        world.connect(9, "inc-b", "ledger");
        Deque<TransactionId> unanswered = new ArrayDeque<>(commits(world.advance(Timers.BUCKET_MS)));
        assertThat(unanswered).containsExactlyElementsOf(owed.subList(0, MAX));

        List<TransactionId> sent = new ArrayList<>(unanswered);
        while (!unanswered.isEmpty()) {
            List<TransactionId> next = commits(done(9, unanswered.removeFirst(), "ledger/a"));
            assertThat(next).hasSize(sent.size() < OWED ? 1 : 0);
            sent.addAll(next);
            unanswered.addAll(next);
        }
        assertThat(sent).containsExactlyElementsOf(owed);
        assertThat(world.coordinator.openTransactions()).isZero();
    }

    @Test
    void whatIsDecidedNowDoesNotStandBehindThem() {
        owedAfterARestart("ledger");
        world.connect(9, "inc-b", "ledger");
        world.advance(Timers.BUCKET_MS);
        TransactionId id = world.begin();
        world.enlist(9, id, "ledger/b");
        world.commit(id);
        assertThat(commits(world.vote(9, id, "ledger/b", Vote.PREPARED))).containsExactly(id);
    }

    @Test
    void whoIsSilentHearsOfAllInTurnAndHoldsUpNobodyElse() {
        List<TransactionId> owed = owedAfterARestart("ledger", "orders");
        world.connect(8, "inc-b", "ledger");
        world.connect(9, "inc-c", "orders");
        Set<TransactionId> toldLedger = new LinkedHashSet<>();
        int orders = 0;
        int atOnceMax = 0;
        for (int step = 0; step < 200; step++) {
            int atOnce = 0;
            for (Effect.SendCommit commit : world.advance(Timers.BUCKET_MS).effects(Effect.SendCommit.class)) {
                if (commit.connection() == 8) {
                    toldLedger.add(commit.transaction());
                    atOnce++;
                } else {
                    orders++;
                    Deque<TransactionId> answering = new ArrayDeque<>(List.of(commit.transaction()));
                    while (!answering.isEmpty()) {
                        List<TransactionId> next = commits(done(9, answering.removeFirst(), "orders/a"));
                        orders += next.size();
                        answering.addAll(next);
                    }
                }
            }
            atOnceMax = Math.max(atOnceMax, atOnce);
        }
        assertThat(orders).isEqualTo(OWED);
        assertThat(toldLedger).containsExactlyInAnyOrderElementsOf(owed);
        assertThat(atOnceMax).isEqualTo(MAX);
    }

    @Test
    void whoComesBackIsToldAtOnce() {
        List<TransactionId> owed = owedAfterARestart("ledger");
        world.connect(8, "inc-b", "ledger");
        world.advance(Timers.BUCKET_MS);
        world.lose(8);
        assertThat(commits(world.advance(200))).isEmpty();
        Deque<TransactionId> unanswered = new ArrayDeque<>(commits(world.connect(9, "inc-b", "ledger")));
        unanswered.addAll(commits(world.advance(Timers.BUCKET_MS)));
        Set<TransactionId> told = new LinkedHashSet<>(unanswered);
        assertThat(told).hasSize(MAX);
        while (!unanswered.isEmpty()) {
            List<TransactionId> next = commits(done(9, unanswered.removeFirst(), "ledger/a"));
            told.addAll(next);
            unanswered.addAll(next);
        }
        assertThat(told).containsExactlyInAnyOrderElementsOf(owed);
        assertThat(world.coordinator.openTransactions()).isZero();
    }

    @Test
    void whatTheOneWhoLeftHasNotAnsweredHoldsUpNobody() {
        List<TransactionId> owed = owedAfterARestart("ledger");
        world.connect(8, "inc-b", "ledger");
        world.advance(Timers.BUCKET_MS);
        world.connect(9, "inc-c", "ledger");
        assertThat(commits(world.lose(8))).containsExactlyElementsOf(owed.subList(MAX, 2 * MAX));
    }

    /** It goes on while the first is tried again in its time. */
    @Test
    void whoCannotNowMakesRoomForTheNext() {
        List<TransactionId> owed = owedAfterARestart("ledger");
        world.connect(9, "inc-b", "ledger");
        world.advance(Timers.BUCKET_MS);
        assertThat(commits(world.ack(9, owed.get(0), "ledger/a", Command.COMMIT, AckResult.RETRY)))
                .containsExactly(owed.get(MAX));
        for (int i = 1; i < OWED; i++) {
            done(9, owed.get(i), "ledger/a");
        }
        assertThat(commits(world.advance(1_000))).contains(owed.get(0));
    }

    /** An answer that counts for nothing takes nobody out of the queue. */
    @Test
    void whoseAnswerDoesNotCountStaysInTheQueue() {
        List<TransactionId> owed = owedAfterARestart("ledger");
        world.connect(9, "inc-b", "ledger");
        world.advance(Timers.BUCKET_MS);
        TransactionId last = owed.get(OWED - 1);
        world.ack(9, last, "ledger/a", Command.FORGET, AckResult.DONE, last.epoch(), 1);
        for (TransactionId id : owed.subList(0, OWED - 1)) {
            done(9, id, "ledger/a");
        }
        assertThat(world.coordinator.openTransactions()).isOne();
        assertThat(world.describe(last).branches().get(0).attempts()).isOne();
    }

    @Test
    void whatAnOperatorHasResolvedIsSentNoMore() {
        List<TransactionId> owed = owedAfterARestart("ledger");
        world.connect(9, "inc-b", "ledger");
        world.advance(Timers.BUCKET_MS);
        TransactionId waiting = owed.get(MAX);
        assertThat(world.describe(waiting).branches().get(0).lastError())
                .isEqualTo("it waits until ledger has answered some of 3 other orders");
        world.step(new Input.BranchOutcomeGiven(
                world.caller(), waiting, World.branch("ledger/a"), Resolution.COMMITTED, World.order("looked")));
        assertThat(commits(done(9, owed.get(0), "ledger/a"))).containsExactly(owed.get(MAX + 1));
    }

    /** Whose enlister is away is passed over, and whose rollback is given up leaves room. */
    @Test
    void rollbacksThatAreGivenUpLeaveNothingBehind() {
        world.connect(1, "inc-a", "ledger");
        List<TransactionId> ids = new ArrayList<>();
        for (int i = 0; i < OWED; i++) {
            TransactionId id = world.begin();
            world.enlist(1, id, "ledger/a");
            world.rollBack(id);
            ids.add(id);
        }
        world.advance(world.limits.rollbackRetryMs() + 1_000);
        assertThat(world.coordinator.openTransactions()).isZero();
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/b");
        world.commit(id);
        world.vote(1, id, "ledger/b", Vote.PREPARED);
        world.sync();
        assertThat(commits(world.advance(1_000))).contains(id);
    }
}
