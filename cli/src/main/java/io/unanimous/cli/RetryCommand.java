package io.unanimous.cli;

import io.unanimous.v1.RetryRequest;
import io.unanimous.v1.RetryResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Sends what is owed now. */
@Command(
        name = "retry",
        description = {
            "Sends what a transaction's branches are still owed, now.",
            "Always safe: the coordinator would send the same later. Useful once a database is back and the next retry is"
                    + " half a minute away."
        },
        footer = {"  tx-admin retry 00001f-0"})
final class RetryCommand extends CoordinatorCommand {
    @Parameters(paramLabel = "TX", description = ShowCommand.TRANSACTION)
    private String transaction = "";

    RetryCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @Override
    int run(AdminConnection coordinator) {
        String id = TransactionIds.resolve(coordinator, transaction);
        RetryRequest request = RetryRequest.newBuilder().setTransactionId(id).build();
        RetryResponse response = coordinator.call(stub -> stub.retry(request));
        print(
                () -> {
                    Value.Fields document = new Value.Fields().with("transactionId", Value.of(id));
                    document.fields().putAll(Documents.of(response).fields());
                    return document;
                },
                out -> {
                    Table table = new Table("TRANSACTION", "SENT", "UNREACHABLE");
                    table.add(
                            id,
                            Integer.toUnsignedString(response.getSent()),
                            Integer.toUnsignedString(response.getUnreachable()));
                    table.printTo(out, "");
                });
        if (response.getUnreachable() > 0) {
            shell().say("Nobody is connected for " + response.getUnreachable()
                    + (response.getUnreachable() == 1 ? " branch" : " branches")
                    + ": start the service that holds it; tx-admin participants shows who is there.");
        } else if (response.getSent() == 0) {
            shell().say("Nothing was owed.");
        }
        return ExitCode.OK;
    }
}
