package io.unanimous.bench.contender;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What a contender is started with.
 *
 * @param inFlight that many transactions are in flight at most
 * @param participants that many take part in each transaction
 * @param directory an empty directory on a real disk, for all that it writes
 * @param syncDelay added to each sync of its log; zero for none
 * @param options what this contender alone understands, by name
 */
public record Setting(int inFlight, int participants, Path directory, Duration syncDelay, Map<String, String> options) {

    /** At most that many transactions are in flight. */
    public static final int IN_FLIGHT_MAX = 16_384;

    /** At most that many participants take part. */
    public static final int PARTICIPANTS_MAX = 32;

    /** Throws IllegalArgumentException for what is out of bounds. */
    public Setting {
        within("in flight", inFlight, IN_FLIGHT_MAX);
        within("participants", participants, PARTICIPANTS_MAX);
        if (syncDelay.isNegative()) {
            throw new IllegalArgumentException("the delay of syncs must not be negative: " + syncDelay);
        }
        options = Map.copyOf(options);
    }

    private static void within(String what, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(what + " must be 1 to " + max + ", not " + value);
        }
    }

    /** An option, or what it is when nobody said so. */
    public String option(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    /** Throws IllegalArgumentException if syncs are to be delayed: for contenders that cannot. */
    public Setting withoutSyncDelay(String contender) {
        if (!syncDelay.isZero()) {
            throw new IllegalArgumentException(contender + " cannot delay its syncs: leave out --slow-sync");
        }
        return this;
    }
}
