package io.unanimous.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A state packs into bytes and back, and the network is a bag. */
class WorldTest {

    private static World world() {
        World world = new World(2);
        world.coordinator = 1_000_000;
        world.life = 3;
        world.log = 300;
        world.synced = 12;
        world.happened = -1;
        world.participants[1] = 128;
        world.set(World.DECIDED);
        world.decided = 2;
        world.hold(0, Holding.COMMITTED_IN_ONE_PHASE);
        world.hold(1, Holding.PREPARED);
        world.confirm(1);
        world.votedReadOnly(0);
        world.send(700);
        world.send(5);
        world.send(700);
        return world;
    }

    @Test
    void whatIsUnpackedIsWhatWasPacked() {
        World back = World.unpack(world().pack(), 2);

        assertThat(back).usingRecursiveComparison().isEqualTo(world());
        assertThat(back.pack()).isEqualTo(world().pack());
    }

    @Test
    void theOrderOfSendingMakesNoDifference() {
        World other = new World(1);
        other.send(2);
        other.send(1);
        other.send(2);
        other.takeOut(2);

        assertThat(other.network).containsExactly(1, 2);
    }

    @Test
    void branchesAreKeptApart() {
        World world = world();

        assertThat(world.holding(0)).isEqualTo(Holding.COMMITTED_IN_ONE_PHASE);
        assertThat(world.holding(1)).isEqualTo(Holding.PREPARED);
        assertThat(world.confirmed(0)).isFalse();
        assertThat(world.confirmed(1)).isTrue();
        assertThat(world.readOnly(0)).isTrue();
        assertThat(world.readOnly(1)).isFalse();
        assertThat(world.decides(0)).isFalse();
        assertThat(world.decides(1)).isTrue();
        world.hold(1, Holding.COMMITTED);
        assertThat(world.confirmed(1)).isTrue();
    }

    @Test
    void aCopyIsItsOwn() {
        World world = world();
        World copy = world.copy();
        copy.send(1);
        copy.participants[0] = 9;

        assertThat(world).usingRecursiveComparison().isEqualTo(world());
    }
}
