package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The first phase: begin, enlist, vote, decide (P2 to P5). */
class LifecycleTest {

    private final World world = World.started();

    /** A participant that lost the answer would undo work that the decision commits. */
    @Test
    void enlistmentRepeatedAfterTheDecisionGetsTheSameAnswer() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        Input enlist = new Input.BranchEnlisted(1, id, World.branch("ledger/a"), Payload.EMPTY, Vote.PREPARED);
        world.step(enlist);
        assertThat(world.commit(id).forced()).isEqualTo(1);

        assertThat(world.step(enlist).effect(Effect.SendEnlisted.class).refusal())
                .isNull();
    }

    /** Its work is committed: what is enlisted now would be new work, which nobody will ask about. */
    @Test
    void enlistmentRepeatedAfterTheAcknowledgementIsRefused() {
        TransactionId id = decided();
        world.ack(1, id, "ledger/a", Command.COMMIT, AckResult.DONE);
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTED);
        Refusal refusal = world.enlist(1, id, "ledger/a")
                .effect(Effect.SendEnlisted.class)
                .refusal();
        assertThat(refusal.reason()).isEqualTo(RefusalReason.TRANSACTION_NOT_ACTIVE);
    }

    @Test
    void enlistmentRepeatedAfterTheRollbackIsRefused() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.rollBack(id);

        Refusal refusal = world.enlist(1, id, "ledger/a")
                .effect(Effect.SendEnlisted.class)
                .refusal();
        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).isEqualTo(RefusalReason.TRANSACTION_NOT_ACTIVE);
    }

    @Test
    void enlistmentRepeatedAfterTheRestartIsRefused() {
        world.connect(1, "inc-a", "ledger");
        world.sync();
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.cutPower();
        world.start();
        world.connect(2, "inc-a", "ledger");
        Refusal inGrace = world.enlist(2, id, "ledger/a")
                .effect(Effect.SendEnlisted.class)
                .refusal();
        assertThat(inGrace.reason()).isEqualTo(RefusalReason.NOT_READY);

        world.advance(world.limits.graceMs());
        Refusal refusal = world.enlist(2, id, "ledger/a")
                .effect(Effect.SendEnlisted.class)
                .refusal();
        assertThat(refusal.reason()).isEqualTo(RefusalReason.TRANSACTION_NOT_ACTIVE);
    }

    @Test
    void branchOfAnotherIncarnationIsNotJoinedByEnlistingIt() {
        world.connect(1, "inc-a", "ledger");
        world.connect(2, "inc-b", "ledger");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");

        assertThat(world.enlist(2, id, "ledger/a")
                        .effect(Effect.SendEnlisted.class)
                        .refusal()
                        .reason())
                .isEqualTo(RefusalReason.ALREADY_ENLISTED);
        assertThat(world.describe(id).branches()).hasSize(1);
    }

    @Test
    void voteThatNobodyAskedForIsOutOfOrder() {
        world.connect(1, "inc-a", "ledger");
        world.connect(2, "inc-b", "orders");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.enlist(2, id, "orders/b");
        assertThat(closes(world.vote(1, id, "ledger/a", Vote.PREPARED))).containsExactly(RefusalReason.OUT_OF_ORDER);

        world.lose(2);
        world.commit(id);
        // The second branch was away and got no Prepare: no number fits.
        world.connect(3, "inc-c", "orders");
        for (int attempt : List.of(-1, 0, 2)) {
            Input vote = new Input.VoteReceived(
                    1, id, World.branch("ledger/a"), world.coordinator.epoch(), attempt, Vote.PREPARED, "");
            assertThat(closes(world.step(vote))).containsExactly(RefusalReason.OUT_OF_ORDER);
        }
        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.PREPARING);
    }

    private static List<RefusalReason> closes(World.Output output) {
        return output.effects(Effect.CloseConnection.class).stream()
                .map(close -> close.refusal().reason())
                .toList();
    }

    @Test
    void lateNoVoteAfterTheDecisionIsIgnored() {
        TransactionId id = decided();
        World.Output late = world.vote(1, id, "ledger/a", Vote.REFUSED);
        assertThat(late.records()).isEmpty();
        assertThat(late.releases()).isEmpty();
        assertThat(world.outcome(id).outcome()).isEqualTo(Outcome.COMMITTED);
    }

    @Test
    void contradictingVoteRaisesAnAlarmAndTheFirstStands() {
        world.connect(1, "inc-a", "ledger", "orders");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.enlist(1, id, "orders/a");
        world.commit(id);
        world.vote(1, id, "ledger/a", Vote.PREPARED);

        World.Output second = world.vote(1, id, "ledger/a", Vote.REFUSED);
        assertThat(second.effect(Effect.Announce.class).severity()).isEqualTo(Effect.Severity.ALARM);
        assertThat(world.vote(1, id, "orders/a", Vote.PREPARED).forced()).isEqualTo(1);
    }

    @Test
    void voteOfAnotherEpochIsDropped() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.commit(id);
        for (long epoch : List.of(world.coordinator.epoch() - 1, world.coordinator.epoch() + 1)) {
            Input vote = new Input.VoteReceived(1, id, World.branch("ledger/a"), epoch, 1, Vote.PREPARED, "");
            World.Output output = world.step(vote);
            assertThat(output.records()).isEmpty();
            assertThat(output.releases()).isEmpty();
        }
    }

    @Test
    void payloadComesBackWithTheCommit() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        Payload payload = Payload.of("row 7".getBytes(StandardCharsets.UTF_8));
        world.step(new Input.BranchEnlisted(1, id, World.branch("ledger/a"), payload, null));
        world.commit(id);
        World.Output decided = world.vote(1, id, "ledger/a", Vote.PREPARED);
        assertThat(decided.effect(Effect.SendCommit.class).payload()).isEqualTo(payload);
    }

    /** A caller whose answer is known at once never has to wait for the place of another. */
    @Test
    void decidedOutcomeIsToldHoweverManyWait() {
        TransactionId id = decided();
        for (int i = 0; i < Transaction.WAITERS_MAX - 1; i++) {
            assertThat(world.commit(id).effects(Effect.Reply.class)).isEmpty();
        }
        assertThat(world.commit(id).refusal()).isEqualTo(RefusalReason.OVERLOADED);

        Answer.CommitAnswered told = world.step(new Input.CommitRequested(world.caller(), id, AnswerAt.DECISION, 0))
                .answer(Answer.CommitAnswered.class);
        assertThat(told.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(world.rollBack(id).refusal()).isEqualTo(RefusalReason.ALREADY_COMMITTED);
    }

    private TransactionId decided() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.commit(id);
        assertThat(world.vote(1, id, "ledger/a", Vote.PREPARED).forced()).isEqualTo(1);
        world.sync();
        return id;
    }

    @Test
    void welcomeIsTheFirstThingOnAStream() {
        world.connect(1, "inc-a", "ledger");
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.lose(1);
        world.commit(id);

        // The new stream also names a resource that is not bound yet, so its Welcome waits for that record.
        World.Output output = world.connect(2, "inc-a", "ledger", "orders");
        Turn.Release welcome = output.releases().get(0);
        assertThat(welcome.effect()).isInstanceOf(Effect.SendWelcome.class);
        Turn.Release prepare = output.releases().get(1);
        assertThat(prepare.effect()).isInstanceOf(Effect.SendPrepare.class);
        assertThat(prepare.awaits()).isGreaterThanOrEqualTo(welcome.awaits());
        TransactionId next = world.begin();
        assertThat(world.enlist(2, next, "ledger/a").releases().get(0).awaits())
                .isGreaterThanOrEqualTo(welcome.awaits());
    }
}
