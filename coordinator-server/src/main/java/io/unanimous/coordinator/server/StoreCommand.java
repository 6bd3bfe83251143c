package io.unanimous.coordinator.server;

import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.log.StoreException;
import io.unanimous.coordinator.log.StoreTools;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code tx-coordinator store}: looks at a stopped daemon's data directory, and puts one back from a copy.
 *
 * <p>A command line of its own: the daemon's required options are not asked for.
 */
@Command(
        name = "tx-coordinator store",
        mixinStandardHelpOptions = true,
        versionProvider = CoordinatorMain.Version.class,
        usageHelpAutoWidth = true,
        description = "Looks at the data directory of a stopped daemon, and puts one back from a copy.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed in a way that has no code of its own",
            "2:wrong command line",
            "4:a daemon has the data directory open",
            "5:a newer version wrote it",
            "6:it holds no store, or is not empty where it should be",
            "7:the log is damaged"
        },
        synopsisSubcommandLabel = "(dump | verify | restore)")
final class StoreCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // Given by picocli.
    private CommandSpec spec;

    static CommandLine commandLine() {
        return new CommandLine(new StoreCommand())
                .setExpandAtFiles(false)
                .setExecutionExceptionHandler(StoreCommand::failed);
    }

    private static int failed(Exception exception, CommandLine commandLine, CommandLine.ParseResult parsed)
            throws Exception {
        if (exception instanceof StoreException e) {
            StartFailedException failure = StartFailedException.store(e);
            commandLine.getErr().println("tx-coordinator store: " + failure.getMessage());
            return failure.exitCode();
        }
        throw exception;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Say what to do: dump, verify or restore");
    }

    @Command(mixinStandardHelpOptions = true, description = "Writes every record of the log as one line of JSON.")
    int dump(@Parameters(paramLabel = "DIR", description = "The data directory.") Path directory) {
        PrintWriter out = spec.commandLine().getOut();
        StoreTools.dump(directory, out::println);
        out.flush();
        return ExitCodes.OK;
    }

    @Command(mixinStandardHelpOptions = true, description = "Reads the whole log and checks every checksum.")
    int verify(@Parameters(paramLabel = "DIR", description = "The data directory.") Path directory) {
        report("is sound", directory, StoreTools.verify(directory));
        return ExitCodes.OK;
    }

    @Command(
            mixinStandardHelpOptions = true,
            description =
                    "Puts a store back from a copy of its directory. The next start holds: it presumes nothing until"
                            + " an operator has seen why, and released it with `tx-admin hold release`.")
    int restore(
            @Option(
                            names = "--from",
                            required = true,
                            paramLabel = "COPY",
                            description = "A copy of the data directory, made while the daemon was stopped.")
                    Path backup,
            @Parameters(paramLabel = "DIR", description = "The data directory: empty, or not there yet.")
                    Path directory) {
        report("is restored", directory, StoreTools.restore(backup, directory));
        return ExitCodes.OK;
    }

    private void report(String what, Path directory, StoreTools.Report report) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "the store in %s %s: store=%s partition=%d records=%d last=%d%n",
                directory,
                what,
                report.identity().store(),
                report.identity().partition(),
                report.records(),
                report.lastNumber());
        for (HoldFinding finding : report.findings()) {
            out.printf("the next start holds: %s: %s%n", finding.kind(), finding.text());
        }
        out.flush();
    }
}
