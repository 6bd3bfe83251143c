package io.unanimous.coordinator.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a size such as {@code 0}, {@code 64MiB} or {@code 2GiB} into bytes. */
final class SizeOption implements ITypeConverter<Long> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(|KiB|MiB|GiB)");

    @Override
    public Long convert(String value) {
        Matcher matcher = FORM.matcher(value);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "'" + value + "' is no size: write bytes, or a number and KiB, MiB or GiB, such as 64MiB");
        }
        return Long.parseLong(matcher.group(1)) << shift(matcher.group(2));
    }

    private static int shift(String unit) {
        return switch (unit) {
            case "" -> 0;
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default -> throw new IllegalStateException("no unit: " + unit);
        };
    }
}
