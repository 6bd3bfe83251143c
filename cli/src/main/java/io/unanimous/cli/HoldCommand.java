package io.unanimous.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows and lifts HOLD. */
@Command(
        name = "hold",
        description = {
            "Shows and lifts HOLD.",
            "The coordinator holds when it has seen evidence that records of its log are missing: the directory is an older"
                    + " copy, or a participant has seen more of the log than is left. Then it presumes nothing and refuses new"
                    + " work, since a transaction without a record may have been committed. It still delivers the decisions that"
                    + " it knows."
        },
        footer = {
            "  tx-admin hold show                           Is there a hold, and what was seen?",
            "  tx-admin hold release --evidence ID --reason 'restored on purpose, ticket 4711'"
        })
final class HoldCommand extends DocumentedCommand {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in before call().
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Say what: tx-admin hold show, or tx-admin hold release");
    }
}
