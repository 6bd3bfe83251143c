package io.unanimous.coordinator.server;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where to listen.
 *
 * @param host a name or an address
 * @param port 0 for any free one
 */
record ListenAddress(String host, int port) {

    private static final int PORT_MAX = 65_535;

    /** Reads {@code HOST:PORT}, {@code [IPv6]:PORT} or {@code :PORT}, which is every address of this machine. */
    static final class Converter implements ITypeConverter<ListenAddress> {
        @Override
        public ListenAddress convert(String value) {
            int colon = value.lastIndexOf(':');
            if (colon < 0 || !value.substring(colon + 1).matches("\\d{1,5}")) {
                throw malformed(value);
            }
            int port = Integer.parseInt(value.substring(colon + 1));
            String host = value.substring(0, colon);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            } else if (host.contains(":")) {
                throw malformed(value);
            }
            if (port > PORT_MAX) {
                throw malformed(value);
            }
            return new ListenAddress(host.isEmpty() ? "0.0.0.0" : host, port);
        }

        private static TypeConversionException malformed(String value) {
            return new TypeConversionException(
                    "'" + value + "' is no HOST:PORT, such as 127.0.0.1:" + ServerConfig.PORT_DEFAULT);
        }
    }

    /** {@code HOST:PORT} with the port that was really taken. */
    String at(int realPort) {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + realPort;
    }
}
