package io.unanimous.cli;

import io.unanimous.v1.AcknowledgeHeuristicRequest;
import io.unanimous.v1.AcknowledgeHeuristicResponse;
import io.unanimous.v1.Override;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.TransactionSummary;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Acknowledges a heuristic outcome. */
@Command(
        name = "forget",
        description = {
            "Acknowledges a heuristic outcome.",
            "It says that you have looked at the data and mended what was wrong. The transaction is shown as heuristic no"
                    + " more, and its resource may forget it.",
            "",
            "Refused while a commit is not acknowledged and its branch not resolved.",
            "",
            "First shows what will happen. Does it only with --reason and, if no terminal is there to ask at, --yes."
        },
        footer = {
            "  tx-admin list --heuristic                    What is there to look at?",
            "  tx-admin forget 00001f-0 --reason 'booked by hand, ticket 4711'"
        })
final class ForgetCommand extends CoordinatorCommand {
    @Parameters(paramLabel = "TX", description = ShowCommand.TRANSACTION)
    private String transaction = "";

    @Option(
            names = "--expect-state",
            paramLabel = "STATE",
            converter = Words.StateConverter.class,
            completionCandidates = Words.States.class,
            description = ResolveCommand.EXPECT_STATE)
    private @Nullable TransactionState expected;

    @Mixin
    private OverrideOptions override = new OverrideOptions();

    ForgetCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @java.lang.Override
    void checkOptions() {
        override.check();
    }

    @java.lang.Override
    int run(AdminConnection coordinator) {
        String id = TransactionIds.resolve(coordinator, transaction);
        AcknowledgeHeuristicResponse response = override.carryOut(shell(), coordinator, expected, new Forgetting(id));
        print(() -> Documents.of(response), out -> {
            Table table = new Table("TRANSACTION", "STATE", "EFFECT");
            table.add(id, Words.of(response.getBefore().getState()), response.getEffect());
            table.printTo(out, "");
        });
        return ExitCode.OK;
    }

    private record Forgetting(String id) implements OverrideOptions.Verb<AcknowledgeHeuristicResponse> {
        @java.lang.Override
        public AcknowledgeHeuristicResponse send(AdminConnection coordinator, Override override) {
            AcknowledgeHeuristicRequest request = AcknowledgeHeuristicRequest.newBuilder()
                    .setTransactionId(id)
                    .setOverride(override)
                    .build();
            return coordinator.call(stub -> stub.acknowledgeHeuristic(request));
        }

        @java.lang.Override
        public String effect(AcknowledgeHeuristicResponse answer) {
            return answer.getEffect();
        }

        @java.lang.Override
        public @Nullable TransactionSummary before(AcknowledgeHeuristicResponse answer) {
            return answer.hasBefore() ? answer.getBefore() : null;
        }
    }
}
