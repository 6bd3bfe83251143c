package io.unanimous.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints a completion script. */
@Command(
        name = "completion",
        description = {"Prints a completion script for bash and zsh."},
        footer = {
            "  source <(tx-admin completion)                For this shell, bash or zsh.",
            "  tx-admin completion > /etc/bash_completion.d/tx-admin"
        })
final class CompletionCommand extends DocumentedCommand {
    private final Shell shell;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in before call().
    private CommandSpec spec;

    CompletionCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        shell.out().print(AutoComplete.bash(root.getCommandName(), root));
        return ExitCode.OK;
    }
}
