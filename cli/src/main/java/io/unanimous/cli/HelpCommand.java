package io.unanimous.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows another command's help. */
@Command(
        name = "help",
        description = {"Shows how a command works.", "The same as --help after the command."},
        footer = {"  tx-admin help list", "  tx-admin help hold release"})
final class HelpCommand extends DocumentedCommand {
    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "The command; none: an overview.")
    private List<String> names = new ArrayList<>();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in before call().
    private CommandSpec spec;

    @Override
    public Integer call() {
        CommandLine command = spec.root().commandLine();
        for (String name : names) {
            CommandLine next = command.getSubcommands().get(name);
            if (next == null) {
                throw new ParameterException(command, "there is no command '" + String.join(" ", names) + "'");
            }
            command = next;
        }
        command.usage(command.getOut());
        return ExitCode.OK;
    }
}
