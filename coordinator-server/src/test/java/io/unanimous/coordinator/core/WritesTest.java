package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a transaction costs in records and commands: the presumed-abort optimum. */
class WritesTest {

    private final World world = World.started();
    private final List<World.Output> outputs = new ArrayList<>();

    WritesTest() {
        world.connect(1, "inc-a", "ledger");
        world.connect(2, "inc-b", "orders");
        world.sync();
    }

    private TransactionId begun(int flags, String... branches) {
        TransactionId id = world.begin(flags);
        for (String branch : branches) {
            took(world.enlist(branch.startsWith("ledger") ? 1 : 2, id, branch));
        }
        return id;
    }

    private void took(World.Output output) {
        outputs.add(output);
        outputs.add(world.sync());
    }

    private long forced() {
        return outputs.stream().mapToLong(World.Output::forced).sum();
    }

    private long lazy() {
        return outputs.stream().mapToLong(World.Output::lazy).sum();
    }

    private int sent(Class<? extends Effect> kind) {
        return outputs.stream().mapToInt(output -> output.effects(kind).size()).sum();
    }

    @Test
    void twoWritingBranchesCostOneForcedAndOneLazyRecordAndFourCommands() {
        TransactionId id = begun(0, "ledger/a", "orders/b");
        took(world.commit(id));
        took(world.vote(1, id, "ledger/a", Vote.PREPARED));
        took(world.vote(2, id, "orders/b", Vote.PREPARED));
        took(world.ack(1, id, "ledger/a", Command.COMMIT, AckResult.DONE));
        took(world.ack(2, id, "orders/b", Command.COMMIT, AckResult.DONE));

        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTED);
        assertThat(forced()).isEqualTo(1);
        assertThat(lazy()).isEqualTo(1);
        assertThat(sent(Effect.SendPrepare.class)).isEqualTo(2);
        assertThat(sent(Effect.SendCommit.class)).isEqualTo(2);
        assertThat(sent(Effect.OnConnection.class)).isEqualTo(2 + 4); // two confirmations, four commands
    }

    @Test
    void rollbackForcesNothing() {
        TransactionId id = begun(0, "ledger/a", "orders/b");
        took(world.commit(id));
        took(world.vote(1, id, "ledger/a", Vote.PREPARED));
        took(world.vote(2, id, "orders/b", Vote.REFUSED));
        took(world.ack(1, id, "ledger/a", Command.ROLLBACK, AckResult.DONE));
        took(world.ack(2, id, "orders/b", Command.ROLLBACK, AckResult.DONE));

        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.ROLLED_BACK);
        assertThat(forced() + lazy()).isZero();
        assertThat(sent(Effect.SendRollback.class)).isEqualTo(2);
    }

    @Test
    void readingAllWithTheOptionWritesNothing() {
        TransactionId id = begun(TransactionId.ALLOWS_UNLOGGED_READ_ONLY, "ledger/a", "orders/b");
        took(world.commit(id));
        took(world.vote(1, id, "ledger/a", Vote.READ_ONLY));
        took(world.vote(2, id, "orders/b", Vote.READ_ONLY));

        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTED);
        assertThat(forced() + lazy()).isZero();
        assertThat(sent(Effect.SendCommit.class)).isZero();
    }

    @Test
    void onePhaseWithTheOptionWritesNothing() {
        TransactionId id = begun(TransactionId.ALLOWS_ONE_PHASE, "ledger/a");
        took(world.commit(id));
        took(world.ack(1, id, "ledger/a", Command.COMMIT_ONE_PHASE, AckResult.DONE));

        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTED);
        assertThat(forced() + lazy()).isZero();
        assertThat(sent(Effect.SendPrepare.class)).isZero();
        assertThat(sent(Effect.SendCommit.class)).isEqualTo(1);
    }

    /** P5: without the option every COMMITTED answer has its durable record. */
    @Test
    void readingAllWithoutTheOptionForcesOneRecord() {
        TransactionId id = begun(0, "ledger/a");
        took(world.commit(id));
        took(world.vote(1, id, "ledger/a", Vote.READ_ONLY));

        assertThat(world.outcome(id).state()).isEqualTo(TransactionState.COMMITTED);
        assertThat(forced()).isEqualTo(1);
        assertThat(lazy()).isEqualTo(1);
    }
}
