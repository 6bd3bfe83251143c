package io.unanimous.sdk;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: full jitter under a bound that doubles with each failure and is capped. Full
 * jitter spreads the clients that a restart has thrown off at once. Confined to one loop.
 */
final class Backoff {

    private final long minNanos;
    private final long maxNanos;
    private final Supplier<RandomGenerator> random;
    private int failures;

    Backoff(Duration min, Duration max, Supplier<RandomGenerator> random) {
        this.minNanos = min.toNanos();
        this.maxNanos = max.toNanos();
        this.random = random;
    }

    /** Counts a failure and says how long to wait, in nanoseconds: from 0 up to the present bound. */
    long nextNanos() {
        long bound = Math.min(maxNanos, minNanos << Math.min(failures, Long.numberOfLeadingZeros(minNanos) - 2));
        failures++;
        return random.get().nextLong(bound + 1);
    }

    /** It works again. */
    void reset() {
        failures = 0;
    }

    /** A span between half and one and a half of {@code around}, so that clients fall out of step. */
    static long jittered(Duration around, RandomGenerator random) {
        long nanos = around.toNanos();
        return nanos / 2 + random.nextLong(nanos + 1);
    }
}
