package io.unanimous.cli;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options that every command takes, before its name or after it. */
final class GlobalOptions {
    static final String ENDPOINT_VARIABLE = "UNANIMOUS_ENDPOINT";

    private static final Endpoint DEFAULT_ENDPOINT = new Endpoint("localhost", Endpoint.DEFAULT_PORT);
    private static final Duration TIMEOUT_MIN = Duration.ofMillis(100);
    private static final Duration TIMEOUT_MAX = Duration.ofHours(1);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            order = 100,
            description = "Show this help.")
    boolean help; // Read by picocli alone.

    @Option(
            names = "--endpoint",
            paramLabel = "HOST:PORT",
            converter = Endpoint.Converter.class,
            scope = ScopeType.INHERIT,
            order = 101,
            description =
                    "Where the coordinator listens. Default: the environment's UNANIMOUS_ENDPOINT, else localhost:7400.")
    private @Nullable Endpoint endpoint;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Durations.Converter.class,
            defaultValue = "5s",
            scope = ScopeType.INHERIT,
            order = 102,
            description =
                    "Wait this long for each answer, connecting included: 100ms to 1h. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(5);

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            scope = ScopeType.INHERIT,
            order = 103,
            description = "How data is written: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}. Data goes to"
                    + " standard output, everything else to standard error.")
    private OutputFormat output = OutputFormat.table;

    /** @throws Failure if the environment names no endpoint */
    Endpoint endpoint(Map<String, String> environment) {
        if (endpoint != null) {
            return endpoint;
        }
        String text = environment.getOrDefault(ENDPOINT_VARIABLE, "");
        if (text.isEmpty()) {
            return DEFAULT_ENDPOINT;
        }
        try {
            return Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, ENDPOINT_VARIABLE + ": " + e.getMessage());
        }
    }

    /** What to add to a command that is to be pasted, so that it reaches the same coordinator. */
    String endpointToPaste() {
        return endpoint == null ? "" : " --endpoint " + SafeText.shellWord(endpoint.toString());
    }

    Duration timeout() {
        if (timeout.compareTo(TIMEOUT_MIN) < 0 || timeout.compareTo(TIMEOUT_MAX) > 0) {
            throw new Failure(ExitCode.USAGE, "--timeout is 100ms to 1h");
        }
        return timeout;
    }

    OutputFormat output() {
        return output;
    }
}
