package io.unanimous.bench.growth;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point of what is measured against size and time, not against peers. */
@Command(
        name = "growth",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        header =
                "Measures how the packaged daemon grows: with open transactions, kept outcomes, participants, and time.",
        description = {
            "",
            "Each section runs alone, against a daemon of its own, checks that everything was done that it counts, and ends"
                    + " with one line that begins with \"growth:\". `growth SECTION --help` tells more.",
            ""
        },
        synopsisSubcommandLabel = "SECTION",
        subcommands = {
            HeapSection.class,
            BytesSection.class,
            ThroughputSection.class,
            RecoverySection.class,
            ListSection.class,
            SoakSection.class
        },
        footer = {"", "Example: growth recovery --transactions 1000000 --json recovery.json"})
public final class Growth implements Runnable {

    private static final int EXIT_FAILED = 1;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before anything else.
    private CommandSpec spec;

    private Growth() {}

    /** Measures a section. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Growth());
        commandLine.setExecutionExceptionHandler((failure, line, parsed) -> {
            String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
            line.getErr().println("growth: " + line.getCommandName() + ": " + message);
            return failure instanceof IllegalArgumentException ? CommandLine.ExitCode.USAGE : EXIT_FAILED;
        });
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a section");
    }
}
