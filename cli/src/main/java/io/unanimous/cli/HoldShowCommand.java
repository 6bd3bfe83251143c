package io.unanimous.cli;

import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.Hold;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

/** Shows the evidence of a hold. */
@Command(
        name = "show",
        description = {
            "Shows whether the coordinator holds, and the evidence for it.",
            "",
            "The exit code is 0 either way; as JSON, hold is null without one."
        },
        footer = {"  tx-admin hold show", "  tx-admin hold show --output json | jq -r .hold.evidenceId"})
final class HoldShowCommand extends CoordinatorCommand {
    HoldShowCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @Override
    int run(AdminConnection coordinator) {
        GetStatusResponse status = coordinator.call(stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()));
        print(
                () -> new Value.Fields().with("hold", status.hasHold() ? Documents.of(status.getHold()) : Value.ABSENT),
                out -> {
                    if (status.hasHold()) {
                        printTable(out, status.getHold(), shell().clock().instant());
                    }
                });
        if (status.hasHold()) {
            shell().say("If the missing records are accounted for: tx-admin hold release"
                    + options().endpointToPaste() + " --evidence "
                    + SafeText.shellWord(status.getHold().getEvidenceId()) + " --reason 'WHY'");
        } else {
            shell().say("No hold.");
        }
        return ExitCode.OK;
    }

    static void printTable(PrintStream out, Hold hold, Instant now) {
        Facts facts = new Facts();
        facts.add("Evidence id", hold.getEvidenceId());
        facts.add("Since", Durations.momentAndAge(hold.getSinceUnixMs(), now));
        List<String> evidence = hold.getEvidenceList();
        for (int i = 0; i < evidence.size(); i++) {
            facts.add("Finding " + (i + 1), evidence.get(i));
        }
        facts.printTo(out);
    }
}
