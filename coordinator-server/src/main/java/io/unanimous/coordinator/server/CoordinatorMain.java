package io.unanimous.coordinator.server;

import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.log.StoreOptions;
import io.unanimous.coordinator.runtime.LoopLimits;
import io.unanimous.coordinator.transport.EdgeLimits;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The daemon's entry point. */
@Command(
        name = "tx-coordinator",
        mixinStandardHelpOptions = true,
        versionProvider = CoordinatorMain.Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        header = "Coordinates two-phase commits across databases, brokers and services.",
        description = {
            "",
            "Reads the log of decisions back, says on one line of standard output what it is and where, and serves until it"
                    + " is told to stop (SIGTERM or Ctrl-C). What happens is logged to standard error.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped as told",
            "1:failed in a way that has no code of its own",
            "2:wrong command line",
            "3:cannot listen on the address",
            "4:another process has the data directory open",
            "5:a newer version wrote the data directory",
            "6:the data directory cannot be used: not a directory, not writable, or holding something else",
            "7:the log cannot be read whole",
            "70:a write failed and nobody knows what reached the disk: start again to go on from what did"
        },
        footer = {
            "",
            "Durations are a number and ms, s, m, h or d. Sizes are bytes, or a number and KiB, MiB or GiB.",
            "Example: tx-coordinator --data-dir /var/lib/unanimous --listen 0.0.0.0:7400",
            "",
            "While it is stopped, `tx-coordinator store --help` tells how to look at its data directory."
        })
public final class CoordinatorMain implements Callable<Integer> {

    private static final String LOGGING_PROPERTY = "logback.configurationFile";
    private static final String JUL_FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";

    /** Held here, for the JDK forgets the level of a logger that nobody holds. */
    private static final Logger GRPC_LOGGER = Logger.getLogger("io.grpc");

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before anything else.
    private CommandSpec spec;

    @Option(
            names = "--data-dir",
            required = true,
            paramLabel = "DIR",
            description = "Where the log of decisions is kept; created if its parent exists.")
    @SuppressWarnings("NullAway.Init") // Required.
    private Path dataDir;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            converter = ListenAddress.Converter.class,
            defaultValue = "127.0.0.1:7400",
            description = "Where to listen; port 0 takes a free one, an empty host every address."
                    + " Nobody is asked who they are: listen where only friends can reach. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // Has a default.
    private ListenAddress listen;

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            description = "When ready, write the line of standard output into this file too, all at once.")
    private @Nullable Path readyFile;

    @Option(
            names = "--prepare-timeout",
            paramLabel = "TIME",
            converter = DurationOption.class,
            defaultValue = "10s",
            description = "A branch that has not voted by then counts as refused. Default: ${DEFAULT-VALUE}.")
    private long prepareTimeoutMs;

    @Option(
            names = "--open-transactions",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Transactions that may be unfinished at once; more are refused. Default: ${DEFAULT-VALUE}.")
    private int openTransactionsMax;

    @Option(
            names = "--retention",
            paramLabel = "TIME",
            converter = DurationOption.class,
            defaultValue = "24h",
            description = "How long an outcome is kept for questions. Default: ${DEFAULT-VALUE}.")
    private long retentionMs;

    @Option(
            names = "--retained-outcomes",
            paramLabel = "N",
            defaultValue = "500000",
            description = "How many outcomes are kept at most. Default: ${DEFAULT-VALUE}.")
    private int retainedOutcomesMax;

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            converter = DurationOption.class,
            defaultValue = "25s",
            description =
                    "After a start, nothing of an earlier life is presumed rolled back for this long, unless every"
                            + " known resource has reported. Default: ${DEFAULT-VALUE}.")
    private long graceMs;

    @Option(
            names = "--retry-min",
            paramLabel = "TIME",
            converter = DurationOption.class,
            defaultValue = "100ms",
            description = "The shortest wait before a command is sent again. Default: ${DEFAULT-VALUE}.")
    private long retryMinMs;

    @Option(
            names = "--retry-max",
            paramLabel = "TIME",
            converter = DurationOption.class,
            defaultValue = "30s",
            description = "The longest. Default: ${DEFAULT-VALUE}.")
    private long retryMaxMs;

    @Option(
            names = "--gone-after",
            paramLabel = "TIME",
            converter = DurationOption.class,
            defaultValue = "30s",
            description =
                    "A participant that has been away for this long is taken to be gone. Default: ${DEFAULT-VALUE}.")
    private long goneAfterMs;

    @Option(
            names = "--heartbeat",
            paramLabel = "TIME",
            converter = DurationOption.class,
            defaultValue = "5s",
            description = "Participants hear something at least this often, and are cut off after four times as long of"
                    + " silence. Default: ${DEFAULT-VALUE}.")
    private long heartbeatMs;

    @Option(
            names = "--streams",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Streams that may be open at once. Default: ${DEFAULT-VALUE}.")
    private int streamsMax;

    @Option(
            names = "--waiting-requests",
            paramLabel = "N",
            defaultValue = "20000",
            description =
                    "Requests that may wait for the loop; at that many new work is refused, at twice as many questions"
                            + " too. Default: ${DEFAULT-VALUE}.")
    private int sheddableInputsMax;

    @Option(
            names = "--disk-reserve",
            paramLabel = "SIZE",
            converter = SizeOption.class,
            defaultValue = "64MiB",
            description =
                    "Disk set aside, and given up for decisions when the disk is full. Default: ${DEFAULT-VALUE}.")
    private long reserveBytes;

    @Option(
            names = "--disk-low",
            paramLabel = "SIZE",
            converter = SizeOption.class,
            defaultValue = "256MiB",
            description = "No transaction is begun while less of the disk is free. Default: ${DEFAULT-VALUE}.")
    private long lowSpaceBytes;

    /** Runs the daemon, or says why not. */
    public static void main(String[] args) {
        configureLogging();
        if (args.length > 0 && args[0].equals("store")) {
            System.exit(StoreCommand.commandLine().execute(Arrays.copyOfRange(args, 1, args.length)));
        }
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        // What is on the command line is what is meant, also where it begins with @.
        return new CommandLine(new CoordinatorMain()).setExpandAtFiles(false);
    }

    /** One line an event, on standard error; a deployment brings its own configuration by the same property. */
    private static void configureLogging() {
        if (System.getProperty(LOGGING_PROPERTY) == null) {
            System.setProperty(LOGGING_PROPERTY, "io/unanimous/coordinator/server/logback.xml");
        }
        if (System.getProperty(JUL_FORMAT_PROPERTY) == null) {
            System.setProperty(JUL_FORMAT_PROPERTY, "%1$tFT%1$tT.%1$tL %4$s %3$s: %5$s%6$s%n");
        }
        // Below that gRPC tells of every connection that a stranger breaks, with its stack.
        GRPC_LOGGER.setLevel(Level.WARNING);
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        CoordinatorServer server;
        ServerConfig config = config();
        try {
            server = CoordinatorServer.start(config, Seams.production());
        } catch (StartFailedException e) {
            err.println("tx-coordinator: " + e.getMessage());
            err.flush();
            return e.exitCode();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop"));
        HeapNeed.shortage(config.limits(), Runtime.getRuntime().maxMemory()).ifPresent(shortage -> {
            err.println("tx-coordinator: warning: " + shortage);
            err.flush();
        });
        String ready = readyLine(server);
        try {
            if (readyFile != null) {
                writeWhole(readyFile, ready);
            }
        } catch (IOException e) {
            err.println("tx-coordinator: cannot write " + readyFile + ": " + e);
            err.flush();
            return ExitCodes.FAILED;
        }
        out.println(ready);
        out.flush();
        try {
            server.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitCodes.OK;
    }

    ServerConfig config() {
        Limits limits = Limits.defaults()
                .withPrepareTimeoutMs(positive("--prepare-timeout", prepareTimeoutMs))
                .withOpenTransactionsMax((int) positive("--open-transactions", openTransactionsMax))
                .withGraceMs(graceMs);
        limits = limits.withRetention(
                retentionMs, (int) positive("--retained-outcomes", retainedOutcomesMax), limits.retainedPruneBatch());
        if (retryMaxMs < positive("--retry-min", retryMinMs)) {
            throw usage("--retry-max must not be less than --retry-min");
        }
        limits = limits.withDelivery(retryMinMs, retryMaxMs, limits.rollbackRetryMs(), goneAfterMs);
        LoopLimits loop = LoopLimits.defaults();
        EdgeLimits edge = EdgeLimits.defaults();
        return new ServerConfig(
                new StoreOptions(dataDir, 0, reserveBytes, lowSpaceBytes),
                listen.host(),
                listen.port(),
                limits,
                new LoopLimits(
                        loop.inputsPerTurnMax(),
                        (int) positive("--waiting-requests", sheddableInputsMax),
                        loop.recordsPerBatchMax(),
                        loop.waitingEffectsMax()),
                edge.withStreamsMax((int) positive("--streams", streamsMax))
                        .withHeartbeat(positive("--heartbeat", heartbeatMs), edge.silentBeatsMax()));
    }

    private long positive(String option, long value) {
        if (value < 1) {
            throw usage(option + " must be at least 1");
        }
        return value;
    }

    private CommandLine.ParameterException usage(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    private String readyLine(CoordinatorServer server) {
        LogPosition position = server.position();
        return "tx-coordinator " + CoordinatorServer.version() + " ready: listen=" + listen.at(server.port())
                + " data-dir=" + dataDir.toAbsolutePath().normalize() + " store=" + position.store() + " epoch="
                + position.epoch() + " unfinished=" + server.unfinishedAtStart() + " hold="
                + (server.inHold() ? "yes" : "no");
    }

    /** A script that sees the file sees all of it. */
    private static void writeWhole(Path file, String line) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.writeString(partial, line + System.lineSeparator());
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void stop(CoordinatorServer server) {
        server.close();
        // Stopping as told is no failure; left alone, the JVM would report the signal as one.
        Runtime.getRuntime().halt(ExitCodes.OK);
    }

    /** The daemon's version. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"tx-coordinator " + CoordinatorServer.version()};
        }
    }
}
