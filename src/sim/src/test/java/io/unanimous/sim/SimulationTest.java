package io.unanimous.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.sim.check.Observation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A few seeds of the simulator, so that every build looks whether it still runs, and the same way each time. What a seed once
 * showed has a test of its own (docs/evidence.md): a simulator that has learned more makes another run of the same seed.
 */
final class SimulationTest {

    private static final int TRANSACTIONS = 300;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 97, 391, 420, 1140})
    void promisesAreKept(long seed) {
        assertKept(run(seed, new ArrayList<>()));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1840014803, 1840015777})
    void promisesAreKeptOverLongerRuns(long seed) {
        assertKept(new World(seed, 1_000, observation -> {}).run());
    }

    private static void assertKept(World.Result result) {
        assertThat(result.breakdown()).isNull();
        assertThat(result.violations()).isEmpty();
        assertThat(result.faults().all()).isPositive();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {3, 196})
    void theSameSeedShowsTheSame(long seed) {
        List<Observation> first = new ArrayList<>();
        List<Observation> second = new ArrayList<>();
        World.Result one = new World(seed, 1_000, first::add).run();
        World.Result other = new World(seed, 1_000, second::add).run();
        assertThat(second).isEqualTo(first);
        assertThat(other.digest()).isEqualTo(one.digest());
    }

    @Test
    void anotherSeedShowsSomethingElse() {
        assertThat(run(4, new ArrayList<>()).digest())
                .isNotEqualTo(run(5, new ArrayList<>()).digest());
    }

    /** A run in which nothing happens would keep every promise. */
    @Test
    void transactionsCommitAndRollBack() {
        List<Observation> seen = new ArrayList<>();
        run(12, seen);
        assertThat(outcomes(seen, Observation.Outcome.COMMITTED)).isGreaterThan(TRANSACTIONS / 3);
        assertThat(outcomes(seen, Observation.Outcome.ROLLED_BACK)).isPositive();
        assertThat(seen).hasAtLeastOneElementOfType(Observation.Applied.class);
        assertThat(seen).hasAtLeastOneElementOfType(Observation.Settled.class);
    }

    private static long outcomes(List<Observation> seen, Observation.Outcome outcome) {
        return seen.stream()
                .filter(one -> one instanceof Observation.Told told && told.outcome() == outcome)
                .count();
    }

    private static World.Result run(long seed, List<Observation> seen) {
        return new World(seed, TRANSACTIONS, seen::add).run();
    }
}
