package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random walks over the real core; each failure names its seed.
 *
 * <p>{@code -Drandom.seeds=N}, {@code -Drandom.first=S} and {@code -Drandom.steps=N} make the walks more, others, longer.
 */
class RandomizedCoordinatorTest {

    private static final int SEEDS = Integer.getInteger("random.seeds", 300);
    private static final int FIRST = Integer.getInteger("random.first", 1);
    private static final int STEPS = Integer.getInteger("random.steps", 300);

    @Test
    void promisesHoldOnEveryWalk() {
        int crashes = 0;
        int decisions = 0;
        Map<String, Integer> seen = new TreeMap<>();
        for (long seed = FIRST; seed < (long) FIRST + SEEDS; seed++) {
            RandomWalk walk = new RandomWalk(seed);
            try {
                walk.run(STEPS);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            walk.seen.forEach((kind, count) -> seen.merge(kind, count, Integer::sum));
            crashes += walk.crashes;
            decisions += walk.decisions;
        }
        // Walks that decide nothing, or never crash, would prove nothing.
        assertThat(decisions).isGreaterThan(SEEDS);
        assertThat(crashes).isGreaterThan(SEEDS);
        for (String kind : List.of(
                "SendCommit",
                "SendCommit in one phase",
                "SendRollback",
                "SendOutcome COMMIT",
                "SendOutcome ROLLBACK",
                "SendOutcome IN_PROGRESS",
                "SendOutcome SCAN_AGAIN",
                "PruneRecords",
                "CommitAnswered COMMITTED",
                "CommitAnswered UNKNOWN",
                "Refused ROLLED_BACK",
                "Refused TOO_MANY_TRANSACTIONS",
                "Refused NOT_READY")) {
            assertThat(seen.getOrDefault(kind, 0)).as(kind).isPositive();
        }
    }

    /** P10: an old copy of the log takes the place of the log, and those who have seen more come back. */
    @Test
    void nothingIsPresumedOnAnOldCopy() {
        int noticed = 0;
        for (long seed = FIRST; seed < (long) FIRST + SEEDS; seed++) {
            try {
                noticed += new RandomWalk(seed).runRestored(STEPS / 2) ? 1 : 0;
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(noticed).isGreaterThan(SEEDS / 2);
    }

    @Test
    void oneSeedWalksOneWay() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(new RandomWalk(seed).run(STEPS)).isEqualTo(new RandomWalk(seed).run(STEPS));
        }
    }
}
