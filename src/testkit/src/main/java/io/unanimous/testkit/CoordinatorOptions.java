package io.unanimous.testkit;

import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.runtime.Clock;
import io.unanimous.coordinator.runtime.SystemClock;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How an {@link InProcessCoordinator} runs.
 *
 * @param limits the protocol's bounds, such as timeouts
 * @param clock tells the time; with a manual one nothing times out by itself, and what is due is done by the real second
 *     after the test has moved the clock past it, by 20 ms or more
 * @param directory where the store is kept over restarts; null for a temporary directory that close deletes
 */
public record CoordinatorOptions(
        Limits limits, Clock clock, @Nullable Path directory) {

    private static final long RETRY_MAX_MS = 500;
    private static final long ROLLBACK_RETRY_MS = 60_000;
    private static final long GONE_AFTER_MS = 5_000;
    private static final long GRACE_MS = 2_000;
    private static final long RETRY_MIN_MS = 50;

    /**
     * The production daemon's rules with less patience, so that a test need not wait for what a restart or a lost
     * participant takes: retries after at most 500 ms, a grace of 2 s, and a participant that is away for 5 s is gone.
     */
    public static CoordinatorOptions defaults() {
        return new CoordinatorOptions(
                Limits.defaults()
                        .withDelivery(RETRY_MIN_MS, RETRY_MAX_MS, ROLLBACK_RETRY_MS, GONE_AFTER_MS)
                        .withGraceMs(GRACE_MS),
                new SystemClock(),
                null);
    }

    /** These options with other limits. */
    public CoordinatorOptions withLimits(Limits value) {
        return new CoordinatorOptions(value, clock, directory);
    }

    /** These options with another clock, such as {@link io.unanimous.coordinator.runtime.ManualClock}. */
    public CoordinatorOptions withClock(Clock value) {
        return new CoordinatorOptions(limits, value, directory);
    }

    /** These options with a directory of the test's own, which close leaves alone. */
    public CoordinatorOptions withDirectory(Path value) {
        return new CoordinatorOptions(limits, clock, value);
    }
}
