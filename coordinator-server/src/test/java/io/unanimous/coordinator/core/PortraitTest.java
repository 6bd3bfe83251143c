package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Portraits are the same for states that go on alike, and differ for those that do not. */
class PortraitTest {

    private static World world() {
        World world = World.started();
        world.connect(1, "inc-1", "ledger");
        world.connect(2, "inc-2", "orders");
        world.sync();
        return world;
    }

    private static TransactionId prepared(World world) {
        TransactionId id = world.begin();
        world.enlist(1, id, "ledger/a");
        world.enlist(2, id, "orders/b");
        world.step(new Input.CommitRequested(new World.Caller("commit"), id, AnswerAt.DECISION, 0));
        return id;
    }

    @Test
    void theOrderOfAcknowledgementsIsForgotten() {
        String[] portraits = new String[2];
        for (int first = 0; first < 2; first++) {
            World world = world();
            TransactionId id = prepared(world);
            List<String> branches = List.of("ledger/a", "orders/b");
            for (int i = 0; i < 2; i++) {
                int which = (first + i) % 2;
                world.vote(which + 1, id, branches.get(which), Vote.PREPARED);
            }
            portraits[first] = world.coordinator.portrait();
        }
        assertThat(portraits[0]).isEqualTo(portraits[1]);
    }

    @Test
    void theHourMakesNoDifferenceAndWhatIsLeftDoes() {
        World early = world();
        World late = world();
        late.advance(1_000);
        prepared(early);
        prepared(late);
        late.advance(1_000);
        early.advance(1_000);
        assertThat(timesOfTheTransaction(early)).isEqualTo(timesOfTheTransaction(late));

        early.advance(1_000);
        early.ask(TransactionId.of(World.OTHER_STORE, 0, 1, 1, 1, 0));
        assertThat(timesOfTheTransaction(early)).isNotEqualTo(timesOfTheTransaction(late));
    }

    private static List<String> timesOfTheTransaction(World world) {
        // A step brings the portrait's moments up to the present.
        world.ask(TransactionId.of(World.OTHER_STORE, 0, 1, 1, 1, 0));
        return world.coordinator
                .portrait()
                .lines()
                .filter(line ->
                        line.startsWith("transaction ") || line.startsWith("waits ") || line.startsWith("branch "))
                .toList();
    }

    @Test
    void aVoteMakesADifferenceAndAQuestionDoesNot() {
        World world = world();
        TransactionId id = prepared(world);
        String before = world.coordinator.portrait();
        world.ask(id);
        assertThat(world.coordinator.portrait()).isEqualTo(before);
        world.vote(1, id, "ledger/a", Vote.PREPARED);
        assertThat(world.coordinator.portrait()).isNotEqualTo(before);
    }

    @Test
    void aStreamThatIsLostMakesADifference() {
        World world = world();
        String before = world.coordinator.portrait();
        world.lose(1);
        assertThat(world.coordinator.portrait()).isNotEqualTo(before).contains("away Instance[resource=ledger");
    }

    @Test
    void whatIsReadBackLooksAsItDidBeforeTheCrash() {
        World world = world();
        TransactionId id = prepared(world);
        world.vote(1, id, "ledger/a", Vote.PREPARED);
        world.vote(2, id, "orders/b", Vote.PREPARED);
        world.sync();
        world.crash();
        world.start();
        String once = world.coordinator.portrait();
        assertThat(once).contains("COMMITTING", "ledger/a", "orders/b");

        // Once more from the same log: the epoch is another one, what is decided is not.
        World again = new World(Limits.defaults());
        again.log.putAll(world.log);
        again.log.remove(world.log.lastKey());
        again.wallMs = world.wallMs;
        Turn turn = new Turn();
        again.log.values().forEach(again.coordinator::replay);
        again.coordinator.start(world.coordinator.nonce(), List.of(), again.now(), turn);
        assertThat(again.coordinator.portrait()).isEqualTo(once);
    }
}
