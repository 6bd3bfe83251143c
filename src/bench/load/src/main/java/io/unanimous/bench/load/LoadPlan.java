package io.unanimous.bench.load;

import java.time.Duration;

/**
 * How a contender is loaded.
 *
 * @param inFlight transactions in flight while it is measured: as many in a closed loop, at most so many in an open one
 * @param warmInFlight transactions in flight while it is warmed up; a higher number compiles the hot code sooner
 * @param warmUp how long it is loaded before anything counts
 * @param measured how long it is measured
 * @param ratePerSecond transactions begun a second, however slowly they end; 0 for a closed loop
 */
record LoadPlan(int inFlight, int warmInFlight, Duration warmUp, Duration measured, double ratePerSecond) {

    private static final double RATE_MAX = 1_000_000;

    /** Throws IllegalArgumentException for what makes no sense. */
    LoadPlan {
        if (inFlight < 1 || warmInFlight < 1) {
            throw new IllegalArgumentException("at least one transaction must be in flight");
        }
        if (warmUp.isNegative() || measured.isNegative() || measured.isZero()) {
            throw new IllegalArgumentException("the warm-up must not be negative, and the measured time not zero");
        }
        if (!(ratePerSecond >= 0 && ratePerSecond <= RATE_MAX)) {
            throw new IllegalArgumentException("the rate must be 0 to " + (long) RATE_MAX + " a second");
        }
    }

    /** Slots that the contender needs. */
    int slots() {
        return Math.max(inFlight, warmInFlight);
    }

    boolean open() {
        return ratePerSecond > 0;
    }
}
