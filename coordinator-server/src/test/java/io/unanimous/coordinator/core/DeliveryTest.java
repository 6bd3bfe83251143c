package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The second phase: who gets the outcome, how often, and which answers count (P7). */
class DeliveryTest {

    private final World world = World.started();

    private TransactionId prepared(String incarnation, long connection) {
        world.connect(connection, incarnation, "ledger");
        TransactionId id = world.begin();
        world.enlist(connection, id, "ledger/a");
        world.commit(id);
        world.vote(connection, id, "ledger/a", Vote.PREPARED);
        return id;
    }

    @Test
    void commitGoesToTheEnlisterWhileItIsConnected() {
        world.connect(9, "inc-z", "ledger");
        TransactionId id = prepared("inc-a", 1);
        world.sync();
        for (Effect.SendCommit commit : world.advance(60_000).effects(Effect.SendCommit.class)) {
            assertThat(commit.connection()).isEqualTo(1);
        }
        assertThat(world.describe(id).branches().get(0).attempts()).isGreaterThan(2);
    }

    /** Whoever asked last may hang; the others are tried too. */
    @Test
    void commitOfAnAbsentEnlisterGoesRoundTheOthers() {
        TransactionId id = prepared("inc-a", 1);
        world.sync();
        world.lose(1);
        world.connect(2, "inc-b", "ledger");
        world.connect(3, "inc-c", "ledger");
        world.scan(2, "ledger", world.position(), World.inquired(id, "ledger/a"));
        Set<Long> tried = new LinkedHashSet<>();
        for (Effect.SendCommit commit : world.advance(300_000).effects(Effect.SendCommit.class)) {
            tried.add(commit.connection());
        }
        assertThat(tried).contains(2L, 3L);
    }

    @Test
    void askerIsTheFirstToHear() {
        world.connect(1, "inc-a", "ledger");
        world.connect(2, "inc-b", "orders");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.enlist(2, id, "orders/b");
        world.commit(id);
        world.vote(1, id, "ledger/a", Vote.PREPARED);
        world.lose(1);
        world.connect(3, "inc-c", "ledger");
        world.connect(4, "inc-d", "ledger");
        world.sync();
        world.scan(4, "ledger", world.position(), World.inquired(id, "ledger/a"));

        List<Long> sent = new ArrayList<>();
        for (Effect.SendCommit commit :
                world.vote(2, id, "orders/b", Vote.PREPARED).effects(Effect.SendCommit.class)) {
            sent.add(commit.connection());
        }
        assertThat(sent).containsExactly(4L, 2L);
    }

    /** Another instance cannot find work that is not prepared, and would report as done what is not. */
    @Test
    void rollbackOfUnpreparedWorkIsTheEnlistersUntilItIsGone() {
        world.connect(1, "inc-a", "ledger");
        world.connect(2, "inc-b", "ledger");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.lose(1);
        assertThat(world.rollBack(id).effects(Effect.SendRollback.class)).isEmpty();
        world.inquire(2, "ledger", InquiryKind.OVERDUE, world.position(), World.inquired(id, "ledger/a"));
        world.ack(2, id, "ledger/a", Command.ROLLBACK, AckResult.DONE);
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.ROLLING_BACK);

        World.Output later = world.advance(world.limits.goneAfterMs());
        assertThat(later.effects(Effect.SendRollback.class)).isNotEmpty();
        world.ack(2, id, "ledger/a", Command.ROLLBACK, AckResult.DONE);
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.ROLLED_BACK);
    }

    /** One incarnation may hold several streams; a new one takes over its own resources and no more. */
    @Test
    void resourceLostWithASupersededStreamIsAwayAndNotGone() {
        world.advance(world.limits.goneAfterMs() * 2);
        world.connect(1, "inc-a", "ledger", "orders");
        world.connect(2, "inc-b", "orders");
        TransactionId id = world.begin();
        world.enlist(1, id, "orders/a");
        World.Output superseding = world.connect(3, "inc-a", "ledger");
        assertThat(superseding.effect(Effect.CloseConnection.class).connection())
                .isEqualTo(1);

        world.rollBack(id);
        world.ack(2, id, "orders/a", Command.ROLLBACK, AckResult.DONE);
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.ROLLING_BACK);
    }

    /** Streams' Hellos may arrive in another order than the streams were opened in. */
    @Test
    void olderStreamNeverSupersedesANewerOne() {
        world.connect(2, "inc-a", "ledger");
        World.Output stale = world.connect(1, "inc-a", "ledger");
        Effect.CloseConnection close = stale.effect(Effect.CloseConnection.class);
        assertThat(close.connection()).isEqualTo(1);
        assertThat(close.refusal().reason()).isEqualTo(RefusalReason.SUPERSEDED);
        assertThat(stale.effects(Effect.SendWelcome.class)).isEmpty();

        TransactionId id = world.begin();
        world.enlist(2, id, "ledger/a");
        assertThat(world.commit(id).effect(Effect.SendPrepare.class).connection())
                .isEqualTo(2);
    }

    @Test
    void secondStreamOfOneIncarnationForAnotherResourceSupersedesNothing() {
        world.connect(1, "inc-a", "ledger");
        assertThat(world.connect(2, "inc-a", "orders").effects(Effect.CloseConnection.class))
                .isEmpty();
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.enlist(2, id, "orders/a");
        assertThat(world.commit(id).effects(Effect.SendPrepare.class))
                .extracting(Effect.SendPrepare::connection)
                .containsExactly(1L, 2L);
    }

    @Test
    void acknowledgementOfWhatWasNeverSentIsNotHeard() {
        TransactionId id = prepared("inc-a", 1);
        world.sync();
        long epoch = world.coordinator.epoch();
        long[][] strange = {{epoch + 1, 1}, {epoch, 2}, {epoch, 0}, {epoch, -1}, {epoch - 1, 1}};
        for (long[] pair : strange) {
            world.ack(1, id, "ledger/a", Command.COMMIT, AckResult.DONE, pair[0], (int) pair[1]);
            assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTING);
        }
        world.ack(1, id, "ledger/a", Command.COMMIT, AckResult.DONE);
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTED);
    }

    @Test
    void acknowledgementOfAnEarlierLifesCommitCounts() {
        TransactionId id = prepared("inc-a", 1);
        world.sync();
        long earlier = world.coordinator.epoch();
        world.cutPower();
        world.start();
        world.connect(1, "inc-a", "ledger");
        world.ack(1, id, "ledger/a", Command.COMMIT, AckResult.DONE, earlier, 7);
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTED);
    }

    @Test
    void backoffStartsWhenTheDecisionIsDurable() {
        TransactionId id = prepared("inc-a", 1);
        assertThat(world.advance(600_000).effects(Effect.SendCommit.class)).isEmpty();
        world.sync();
        assertThat(world.advance(world.limits.retryMinMs() - 1).effects(Effect.SendCommit.class))
                .isEmpty();
        assertThat(world.advance(world.limits.retryMaxMs()).effects(Effect.SendCommit.class))
                .isNotEmpty();
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTING);
    }

    /** An inquiry that crosses the decision must not keep it from being delivered. */
    @Test
    void inquiryBeforeTheSyncDoesNotStopDelivery() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.commit(id);
        world.vote(1, id, "ledger/a", Vote.PREPARED);
        World.Output answer =
                world.inquire(1, "ledger", InquiryKind.OVERDUE, world.position(), World.inquired(id, "ledger/a"));
        assertThat(answer.releases().get(0).awaits()).isEqualTo(world.coordinator.lastNumber());
        world.sync();
        assertThat(world.advance(60_000).effects(Effect.SendCommit.class)).isNotEmpty();
    }

    @Test
    void participantThatCameBeforeTheSyncGetsTheDecisionAfterIt() {
        world.connect(1, "inc-a", "ledger", "orders");
        world.connect(2, "inc-b", "orders");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.enlist(2, id, "orders/b");
        world.commit(id);
        world.vote(1, id, "ledger/a", Vote.PREPARED);
        world.lose(1);
        world.vote(2, id, "orders/b", Vote.PREPARED);
        world.connect(3, "inc-a", "ledger", "orders");
        world.sync();
        assertThat(world.advance(Timers.BUCKET_MS).effects(Effect.SendCommit.class))
                .extracting(Effect.SendCommit::connection)
                .contains(3L);
    }

    private TransactionId noted() {
        TransactionId id = prepared("inc-a", 1);
        world.sync();
        world.ack(1, id, "ledger/a", Command.COMMIT, AckResult.HEURISTIC_ROLLED_BACK);
        World.Output noted = world.step(new Input.HeuristicNoted(world.caller(), id, World.order("mended")));
        assertThat(noted.effects(Effect.SendForget.class)).hasSize(1);
        world.sync();
        return id;
    }

    @Test
    void forgetIsRepeatedUntilItIsAcknowledged() {
        TransactionId id = noted();
        List<Effect.SendForget> repeated = world.advance(120_000).effects(Effect.SendForget.class);
        assertThat(repeated).hasSizeGreaterThan(1);
        world.ack(1, id, "ledger/a", Command.FORGET, AckResult.RETRY);
        assertThat(world.advance(120_000).effects(Effect.SendForget.class)).isNotEmpty();
        world.ack(1, id, "ledger/a", Command.FORGET, AckResult.DONE);
        assertThat(world.advance(120_000).effects(Effect.SendForget.class)).isEmpty();
        world.lose(1);
        assertThat(world.connect(2, "inc-a", "ledger").effects(Effect.SendForget.class))
                .isEmpty();
    }

    @Test
    void forgetIsSentAgainAfterARestart() {
        noted();
        world.cutPower();
        world.start();
        World.Output connected = world.connect(1, "inc-b", "ledger");
        World.Output soon = world.advance(Timers.BUCKET_MS);
        assertThat(connected.effects(Effect.SendForget.class).size()
                        + soon.effects(Effect.SendForget.class).size())
                .isEqualTo(1);
    }

    @Test
    void nothingIsForgottenForWhatWasPruned() {
        TransactionId id = noted();
        world.lose(1);
        world.advance(world.limits.retentionMs() + 2 * Coordinator.PRUNE_EVERY_MS);
        world.sync();
        assertThat(world.ask(id).refusal()).isEqualTo(RefusalReason.NOT_FOUND);
        assertThat(world.connect(2, "inc-a", "ledger").effects(Effect.SendForget.class))
                .isEmpty();
        assertThat(world.advance(120_000).effects(Effect.SendForget.class)).isEmpty();
    }

    @Test
    void twoHeuristicBranchesOfOneParticipantAreForgottenOnceEach() {
        world.connect(1, "inc-a", "ledger", "orders");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.enlist(1, id, "orders/a");
        world.commit(id);
        world.vote(1, id, "ledger/a", Vote.PREPARED);
        world.vote(1, id, "orders/a", Vote.PREPARED);
        world.sync();
        world.ack(1, id, "ledger/a", Command.COMMIT, AckResult.HEURISTIC_ROLLED_BACK);
        world.ack(1, id, "orders/a", Command.COMMIT, AckResult.HEURISTIC_HAZARD);
        assertThat(world.step(new Input.HeuristicNoted(world.caller(), id, World.order("mended")))
                        .effects(Effect.SendForget.class))
                .hasSize(2);
    }
}
