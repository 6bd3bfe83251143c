package io.unanimous.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where a coordinator listens. */
record Endpoint(String host, int port) {
    static final int DEFAULT_PORT = 7400;

    private static final Pattern SHAPE =
            Pattern.compile("(?:\\[(?<v6>[0-9A-Fa-f:.%a-z]+)]|(?<name>[A-Za-z0-9._-]+))(?::(?<port>[0-9]{1,5}))?");

    /**
     * Reads {@code HOST}, {@code HOST:PORT} or {@code [IPV6]:PORT}.
     *
     * @throws IllegalArgumentException saying what an endpoint looks like
     */
    static Endpoint parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no endpoint: say HOST:PORT, such as localhost:7400 or [::1]:7400");
        }
        String v6 = matcher.group("v6");
        String port = matcher.group("port");
        int number = port == null ? DEFAULT_PORT : Integer.parseInt(port);
        if (number < 1 || number > 65_535) {
            throw new IllegalArgumentException("'" + text + "' is no endpoint: a port is 1 to 65535");
        }
        return new Endpoint(v6 == null ? matcher.group("name") : v6, number);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    /** Reads an endpoint from the command line. */
    static final class Converter implements ITypeConverter<Endpoint> {
        @Override
        public Endpoint convert(String text) {
            try {
                return parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
