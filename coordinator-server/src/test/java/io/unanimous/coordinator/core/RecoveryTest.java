package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Replay and start (P1, P8, P15). */
class RecoveryTest {

    private final World world = World.started();

    /** The log has that number already, whatever its writer was worth. */
    @Test
    void numberOfADeposedRecordIsNotUsedAgain() {
        long last = world.coordinator.lastNumber();
        world.log.put(last + 1, new LogRecord(last + 1, 1, new Event.HoldLifted("hold-1", 0)));
        world.crash();
        world.start();
        assertThat(world.log.get(last + 1).event()).isInstanceOf(Event.HoldLifted.class);
        assertThat(world.log.get(last + 2).event()).isInstanceOf(Event.EpochStarted.class);
    }

    /** Hazard 53: a decision of a deposed leader was never one. */
    @Test
    void decisionOfADeposedWriterIsIgnored() {
        TransactionId id = world.begin();
        long deposed = world.coordinator.epoch();
        world.crash();
        world.start();
        long last = world.coordinator.lastNumber();
        world.log.put(last + 1, new LogRecord(last + 1, deposed, new Event.CommitDecided(id, "", List.of(), 0)));
        world.syncedTo = last + 1;
        world.crash();
        world.start();
        assertThat(world.outcome(id).outcome()).isEqualTo(Outcome.ROLLED_BACK);
    }

    @Test
    void recordOfAnEpochThatNeverBeganIsNotBelieved() {
        long last = world.coordinator.lastNumber();
        world.log.put(last + 1, new LogRecord(last + 1, Long.MAX_VALUE, new Event.HoldLifted("hold-1", 0)));
        world.crash();
        assertThatThrownBy(world::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("record " + (last + 1));
    }

    @Test
    void epochThatDoesNotRiseIsNotBelieved() {
        long last = world.coordinator.lastNumber();
        long epoch = world.coordinator.epoch();
        world.log.put(last + 1, new LogRecord(last + 1, epoch, new Event.EpochStarted(epoch, 5, 0)));
        world.crash();
        assertThatThrownBy(world::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("epoch " + epoch);
    }

    @Test
    void recordsOutOfOrderAreNotBelieved() {
        Coordinator fresh = new Coordinator(Limits.defaults(), World.STORE, 0);
        LogRecord first = world.log.firstEntry().getValue();
        fresh.replay(first);
        assertThatThrownBy(() -> fresh.replay(first))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("record 1");
    }

    @Test
    void inputBeforeTheStartIsAFault() {
        Coordinator fresh = new Coordinator(Limits.defaults(), World.STORE, 0);
        assertThatThrownBy(() -> fresh.step(new Input.Tick(), new Now(0, 0), new Turn()))
                .isInstanceOf(IllegalStateException.class);
        LogRecord late = new LogRecord(99, world.coordinator.epoch(), new Event.HorizonRaised(world.begin()));
        assertThatThrownBy(() -> world.coordinator.replay(late)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> world.coordinator.start(1, List.of(), world.now(), new Turn()))
                .isInstanceOf(IllegalStateException.class);
    }

    /** Hazard 29: also a clock set back brings a higher epoch. */
    @Test
    void epochRisesWithTheClockSetBack() {
        long first = world.coordinator.epoch();
        world.crash();
        world.wallMs -= 3_600_000;
        world.start();
        assertThat(world.coordinator.epoch()).isGreaterThan(first);
        world.crash();
        world.wallMs += 7_200_000;
        world.start();
        assertThat(world.coordinator.epoch()).isEqualTo(world.wallMs);
    }

    /**
     * Another copy ran, and the clock was set back since: participants obey nothing below the epoch that they have seen, so
     * that without this the store's own coordinator would be refused until its clock has caught up.
     */
    @Test
    void epochRisesAboveOneThatAParticipantHasSeen() {
        long seen = world.coordinator.epoch() + 3_600_000;
        world.connect(
                1,
                "inc-a",
                List.of(new ResourceRegistration("ledger", "")),
                List.of(new LogPosition(World.STORE, 0, seen, 7, 5)));
        world.sync();
        assertThat(world.coordinator.inHold()).isTrue();
        world.crash();
        world.start();
        assertThat(world.coordinator.epoch()).isGreaterThan(seen);
        assertThat(world.coordinator.inHold()).isTrue();
    }

    /** What a participant shows is no more than what it says: an epoch that leaves no room for others is not followed. */
    @Test
    void epochDoesNotFollowOneThatLeavesNoRoom() {
        world.connect(
                1,
                "inc-a",
                List.of(new ResourceRegistration("ledger", "")),
                List.of(new LogPosition(World.STORE, 0, Long.MAX_VALUE, 7, 5)));
        world.sync();
        world.crash();
        world.start();
        assertThat(world.coordinator.epoch()).isLessThan(CoordinatorState.SEEN_EPOCH_MAX);
    }

    /** Deletions are not synced: a power cut may bring the records back. */
    @Test
    void prunedRecordsThatComeBackDoNoHarm() {
        World small = World.started(Limits.defaults().withRetention(1_000, 100, 1));
        small.connect(1, "inc-a", "ledger");
        TransactionId id = small.begin();
        small.enlist(1, id, "ledger/a");
        small.commit(id);
        small.vote(1, id, "ledger/a", Vote.PREPARED);
        small.sync();
        small.ack(1, id, "ledger/a", Command.COMMIT, AckResult.DONE);
        small.advance(2 * Coordinator.PRUNE_EVERY_MS);
        small.sync();
        int pruned = small.log.size();
        small.undoPruning();
        assertThat(small.log.size()).isGreaterThan(pruned);
        small.crash();
        small.start();
        assertThat(small.coordinator.openTransactions()).isZero();
        small.advance(10_000);
        assertThat(small.ask(id).refusal()).isEqualTo(RefusalReason.NOT_FOUND);
        assertThat(small.log.size()).isEqualTo(pruned + 1);
    }
}
