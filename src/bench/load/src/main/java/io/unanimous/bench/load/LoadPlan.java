package io.unanimous.bench.load;

import java.time.Duration;
import java.util.List;

/**
 * How a contender is loaded: warmed up once, and then measured at one level after the other.
 *
 * @param levels transactions in flight while it is measured, ascending: as many in a closed loop, at most so many in an
 *     open one
 * @param warmInFlight transactions in flight for most of the warm-up, which is a closed loop always
 * @param warmUp how long it is loaded before the first level
 * @param settling how long it is loaded at each level before anything counts
 * @param measured how long it is measured at each level
 * @param ratePerSecond transactions begun a second, however slowly they end; 0 for a closed loop
 */
public record LoadPlan(
        List<Integer> levels,
        int warmInFlight,
        Duration warmUp,
        Duration settling,
        Duration measured,
        double ratePerSecond) {

    private static final double RATE_MAX = 1_000_000;

    /** Throws IllegalArgumentException for what makes no sense. */
    public LoadPlan {
        levels = List.copyOf(levels);
        if (levels.isEmpty()
                || !levels.equals(levels.stream().sorted().distinct().toList())) {
            throw new IllegalArgumentException("levels must ascend, and there must be one: " + levels);
        }
        if (levels.get(0) < 1 || warmInFlight < 1) {
            throw new IllegalArgumentException("at least one transaction must be in flight");
        }
        if (warmUp.isNegative() || settling.isNegative() || measured.isNegative() || measured.isZero()) {
            throw new IllegalArgumentException(
                    "the warm-up and the settling must not be negative, and the measured time not zero");
        }
        if (!(ratePerSecond >= 0 && ratePerSecond <= RATE_MAX)) {
            throw new IllegalArgumentException("the rate must be 0 to " + (long) RATE_MAX + " a second");
        }
    }

    /** One level for some time, nothing before it: to try out whether a contender does what it says. */
    public static LoadPlan trial(int inFlight, Duration time) {
        return new LoadPlan(List.of(inFlight), inFlight, Duration.ZERO, Duration.ZERO, time, 0);
    }

    /** Slots that the contender needs. */
    int slots() {
        return Math.max(largest(), warmInFlight);
    }

    int largest() {
        return levels.get(levels.size() - 1);
    }
}
