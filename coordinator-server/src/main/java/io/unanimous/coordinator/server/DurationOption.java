package io.unanimous.coordinator.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a duration such as {@code 500ms}, {@code 10s}, {@code 5m}, {@code 24h} or {@code 7d} into milliseconds. */
final class DurationOption implements ITypeConverter<Long> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

    @Override
    public Long convert(String value) {
        Matcher matcher = FORM.matcher(value);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "'" + value + "' is no duration: write a number and ms, s, m, h or d, such as 10s");
        }
        return Long.parseLong(matcher.group(1)) * unitMs(matcher.group(2));
    }

    private static long unitMs(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> throw new IllegalStateException("no unit: " + unit);
        };
    }
}
