package io.unanimous.cli;

import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.Override;
import io.unanimous.v1.ReleaseHoldRequest;
import io.unanimous.v1.ReleaseHoldResponse;
import io.unanimous.v1.TransactionSummary;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lifts a hold. */
@Command(
        name = "release",
        description = {
            "Lifts the hold.",
            "From then on a transaction without a record is presumed rolled back again, and new work is accepted.",
            "",
            "If records of committed transactions were lost, branches of theirs that are still prepared will be rolled back,"
                    + " and the databases will disagree. Compare them with the other resources first.",
            "",
            "Shows the evidence, and lifts the hold only with the evidence's id, --reason and, if no terminal is there to"
                    + " ask at, --yes."
        },
        footer = {
            "  tx-admin hold show                           What is the evidence, and its id?",
            "  tx-admin hold release --evidence 7f3a --reason 'restored on purpose, ticket 4711' --yes"
        })
final class HoldReleaseCommand extends CoordinatorCommand {
    @Option(
            names = "--evidence",
            paramLabel = "ID",
            description = "The evidence's id, from tx-admin hold show: proof that you have read it.")
    private String evidence = "";

    @Mixin
    private OverrideOptions override = new OverrideOptions();

    HoldReleaseCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @java.lang.Override
    void checkOptions() {
        override.check();
    }

    @java.lang.Override
    int run(AdminConnection coordinator) {
        GetStatusResponse status = coordinator.call(stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()));
        if (!status.hasHold()) {
            throw new Failure(ExitCode.REFUSED, "there is no hold to release.");
        }
        shell().out().flush();
        HoldShowCommand.printTable(
                shell().err(), status.getHold(), shell().clock().instant());
        if (evidence.isEmpty()) {
            throw new Failure(
                    ExitCode.USAGE,
                    "nothing was changed: if you have read the evidence above, name it with --evidence "
                            + SafeText.shellWord(status.getHold().getEvidenceId()));
        }
        ReleaseHoldResponse response = override.carryOut(shell(), coordinator, null, new Releasing(evidence));
        print(
                () -> Documents.of(response),
                out -> HoldShowCommand.printTable(
                        out, response.getReleased(), shell().clock().instant()));
        return ExitCode.OK;
    }

    private record Releasing(String evidence) implements OverrideOptions.Verb<ReleaseHoldResponse> {
        @java.lang.Override
        public ReleaseHoldResponse send(AdminConnection coordinator, Override override) {
            ReleaseHoldRequest request = ReleaseHoldRequest.newBuilder()
                    .setEvidenceId(evidence)
                    .setOverride(override)
                    .build();
            return coordinator.call(stub -> stub.releaseHold(request));
        }

        @java.lang.Override
        public String effect(ReleaseHoldResponse answer) {
            return "the hold with the evidence " + answer.getReleased().getEvidenceId()
                    + " is lifted: transactions without a record are presumed rolled back, and new work is accepted";
        }

        @java.lang.Override
        public @Nullable TransactionSummary before(ReleaseHoldResponse answer) {
            return null;
        }
    }
}
