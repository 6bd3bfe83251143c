package io.unanimous.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times as people write and read them. */
final class Durations {
    private static final Duration MAX = Duration.ofDays(36_500);
    private static final Pattern SHAPE = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    private Durations() {}

    /**
     * Reads a whole number with its unit: {@code 500ms}, {@code 5s}, {@code 10m}, {@code 2h}, {@code 3d}.
     *
     * @throws IllegalArgumentException saying what a duration looks like
     */
    static Duration parse(String text) {
        Matcher matcher = SHAPE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no duration: say 500ms, 5s, 10m, 2h or 3d");
        }
        long amount = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
        if (duration.compareTo(MAX) > 0) {
            throw new IllegalArgumentException("'" + text + "' is longer than a century");
        }
        return duration;
    }

    /** Two units at most: {@code 850ms}, {@code 2.4s}, {@code 59s}, {@code 4m12s}, {@code 3h05m}, {@code 2d04h}. */
    static String brief(long ms) {
        long shown = Math.max(0, ms);
        long s = shown / 1_000;
        if (shown < 1_000) {
            return shown + "ms";
        }
        if (s < 10) {
            return s + "." + shown % 1_000 / 100 + "s";
        }
        if (s < 60) {
            return s + "s";
        }
        if (s < 3_600) {
            return s / 60 + "m" + twoDigits(s % 60) + "s";
        }
        if (s < 86_400) {
            return s / 3_600 + "h" + twoDigits(s % 3_600 / 60) + "m";
        }
        return s / 86_400 + "d" + twoDigits(s % 86_400 / 3_600) + "h";
    }

    /** How long ago that was, or {@code -} for a time that is not known. A time ahead of the local clock is now. */
    static String since(long unixMs, Instant now) {
        return unixMs == 0 ? "-" : brief(now.toEpochMilli() - unixMs);
    }

    /** The moment in UTC, to the millisecond, or {@code -} for a time that is not known. */
    static String moment(long unixMs) {
        if (unixMs == 0) {
            return "-";
        }
        String text = Instant.ofEpochMilli(unixMs).toString();
        // Instant leaves out a fraction of zero; columns line up when it is always there.
        return text.indexOf('.') < 0 ? text.replace("Z", ".000Z") : text;
    }

    /** The moment and how long ago that was, or {@code -} for a time that is not known. */
    static String momentAndAge(long unixMs, Instant now) {
        return unixMs == 0 ? "-" : moment(unixMs) + " (" + since(unixMs, now) + " ago)";
    }

    private static String twoDigits(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }

    /** Reads a duration from the command line. */
    static final class Converter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
