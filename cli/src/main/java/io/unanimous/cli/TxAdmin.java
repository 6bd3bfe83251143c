package io.unanimous.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The operator's command. */
@Command(
        name = "tx-admin",
        description = {
            "Shows and mends the transactions of a Unanimous coordinator.",
            "",
            "Something is stuck? Ask `tx-admin list --in-doubt` which transactions wait, then `tx-admin explain TX` why, and"
                    + " what to do. Looking changes nothing. What overrides the protocol (resolve, forget, hold release)"
                    + " first shows what would happen, needs a reason, and is written to an audit trail."
        },
        footer = {
            "  tx-admin status                              Is the coordinator well?",
            "  tx-admin list --in-doubt                     What holds locks and waits?",
            "  tx-admin explain 00001f-0                    Why? The end of an id is enough.",
            "  tx-admin help resolve                        How does a command work?"
        },
        versionProvider = VersionCommand.Provider.class)
public final class TxAdmin extends DocumentedCommand {
    private static final String TRACE_VARIABLE = "UNANIMOUS_TRACE";

    /** Held, for the JDK forgets the level of a logger that nobody holds. */
    private static final Logger GRPC_LOGGER = Logger.getLogger("io.grpc");

    @Mixin
    private final GlobalOptions options = new GlobalOptions();

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            order = 104,
            description = "Tell this program's version.")
    boolean version; // Read by picocli alone.

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in before call().
    private CommandSpec spec;

    private TxAdmin() {}

    public static void main(String[] args) {
        // gRPC logs what it then throws; an operator wants one line.
        GRPC_LOGGER.setLevel(Level.OFF);
        // From JDK 22 on the default console claims that somebody is there when nobody is.
        System.setProperty("jdk.console", "java.base");
        System.exit(run(Shell.ofProcess(), args));
    }

    /** Carries out one command line and returns its exit code. */
    static int run(Shell shell, String... args) {
        int exitCode = commandLine(shell).execute(args);
        // The only thing that can go wrong with standard output is that its reader went away, or its disk is full.
        return shell.out().checkError() ? ExitCode.BROKEN_PIPE : exitCode;
    }

    static CommandLine commandLine(Shell shell) {
        TxAdmin root = new TxAdmin();
        GlobalOptions options = root.options;
        CommandLine commandLine = new CommandLine(root)
                .addSubcommand(new ListCommand(shell, options))
                .addSubcommand(new ShowCommand(shell, options))
                .addSubcommand(new ExplainCommand(shell, options))
                .addSubcommand(new WatchCommand(shell, options))
                .addSubcommand(new StatusCommand(shell, options))
                .addSubcommand(new ParticipantsCommand(shell, options))
                .addSubcommand(new RetryCommand(shell, options))
                .addSubcommand(new ResolveCommand(shell, options))
                .addSubcommand(new ForgetCommand(shell, options))
                .addSubcommand(new CommandLine(new HoldCommand())
                        .addSubcommand(new HoldShowCommand(shell, options))
                        .addSubcommand(new HoldReleaseCommand(shell, options)))
                .addSubcommand(new HelpCommand())
                .addSubcommand(new CompletionCommand(shell))
                .addSubcommand(new VersionCommand(shell, options));
        return commandLine
                .setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8))
                .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
                .setAbbreviatedOptionsAllowed(false)
                // A reason that begins with @ is a reason, and not a file to be read into the audit trail.
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, arguments) -> misunderstood(shell, e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(shell, e));
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Say what to do, such as tx-admin list");
    }

    private static int misunderstood(Shell shell, ParameterException e) {
        CommandLine command = e.getCommandLine();
        shell.say("tx-admin: " + String.valueOf(e.getMessage()).replaceFirst("^Error: ", ""));
        if (!UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
            shell.say("See " + command.getCommandSpec().qualifiedName() + " --help.");
        }
        return ExitCode.USAGE;
    }

    private static int failed(Shell shell, Exception e) {
        if (e instanceof Failure failure) {
            shell.say("tx-admin: " + failure.line());
            failure.details().forEach(shell::say);
            return failure.exitCode();
        }
        if (e instanceof ParameterException misunderstood) {
            return misunderstood(shell, misunderstood);
        }
        shell.say("tx-admin: this is a fault of the program: " + e + ". With " + TRACE_VARIABLE
                + "=1 in the environment it shows where.");
        if (shell.environment().containsKey(TRACE_VARIABLE)) {
            e.printStackTrace(shell.err());
        }
        return ExitCode.FAILURE;
    }
}
