package io.unanimous.coordinator.server;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * A fuzz target: command lines of the daemon, up to the point at which it would start, and of its {@code store} commands,
 * up to the point at which they would open a directory. Understood, or refused as a wrong command line in words.
 *
 * <p>The input is UTF-8, one argument a line.
 */
public final class CoordinatorMainFuzz {
    private static final Set<Integer> DOCUMENTED = Set.of(ExitCodes.OK, ExitCodes.USAGE);

    private CoordinatorMainFuzz() {}

    /** What jazzer calls. */
    public static void fuzzerTestOneInput(byte[] input) {
        String[] arguments = new String(input, StandardCharsets.UTF_8).split("\n", -1);
        check(CoordinatorMain.commandLine().setExecutionStrategy(CoordinatorMainFuzz::configure), arguments);
        check(StoreCommand.commandLine().setExecutionStrategy(CoordinatorMainFuzz::understood), arguments);
    }

    private static int understood(ParseResult parsed) {
        Integer help = CommandLine.executeHelpRequest(parsed);
        return help == null ? ExitCodes.OK : help;
    }

    private static int configure(ParseResult parsed) {
        Integer help = CommandLine.executeHelpRequest(parsed);
        if (help == null) {
            ((CoordinatorMain) parsed.commandSpec().userObject()).config();
        }
        return ExitCodes.OK;
    }

    private static void check(CommandLine commandLine, String[] arguments) {
        StringWriter said = new StringWriter();
        commandLine.setOut(new PrintWriter(said, true)).setErr(new PrintWriter(said, true));
        int code = commandLine.execute(arguments);
        if (!DOCUMENTED.contains(code)) {
            throw new AssertionError("exit code " + code + ": " + said);
        }
        if (said.toString().contains("\n\tat ")) {
            throw new AssertionError("a stack trace: " + said);
        }
    }
}
