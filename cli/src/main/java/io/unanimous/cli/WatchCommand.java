package io.unanimous.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.WatchTransactionsRequest;
import io.unanimous.v1.WatchTransactionsResponse;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows changes as they happen. */
@Command(
        name = "watch",
        description = {
            "Shows every change of a transaction's state as it happens.",
            "Until Ctrl-C. As JSON, one object a line; as YAML, one document a change.",
            "",
            "If the coordinator goes away, for a restart perhaps, watch waits for it to come back; changes in between are"
                    + " not shown."
        },
        footer = {
            "  tx-admin watch",
            "  tx-admin watch --resource ledger-db",
            "  tx-admin watch --output json | jq -c 'select(.transaction.inDoubtBranches > 0)'"
        })
final class WatchCommand extends CoordinatorCommand {
    private static final long ASK_AGAIN_MS = 500;

    @Option(
            names = "--resource",
            paramLabel = "NAME",
            description = "Only transactions with a branch of this resource.")
    private String resource = "";

    @Option(names = "--count", paramLabel = "N", description = "End after this many changes.")
    private @Nullable Long count;

    @Option(
            names = "--reconnect-for",
            paramLabel = "TIME",
            converter = Durations.Converter.class,
            defaultValue = "5m",
            description = "Wait this long for a coordinator that went away; 0s: end at once, with exit code 3. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Duration reconnectFor = Duration.ofMinutes(5);

    private final Table table = Summaries.changesTable();
    private long shown;

    WatchCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @Override
    void checkOptions() {
        ListCommand.checkResource(resource);
        if (count != null && count < 1) {
            throw new Failure(ExitCode.USAGE, "--count is 1 or more");
        }
    }

    @Override
    int run(AdminConnection coordinator) {
        greet(coordinator);
        while (true) {
            try {
                return follow(coordinator);
            } catch (StatusRuntimeException e) {
                Failure failure = coordinator.failure(e);
                boolean gone = failure.exitCode() == ExitCode.UNAVAILABLE
                        || e.getStatus().getCode() == Status.Code.CANCELLED;
                if (!gone || reconnectFor.isZero()) {
                    throw failure;
                }
                shell().say("The coordinator went away; waiting for it to come back.");
                awaitReturn(coordinator);
            }
        }
    }

    private int follow(AdminConnection coordinator) {
        WatchTransactionsRequest request =
                WatchTransactionsRequest.newBuilder().setResource(resource).build();
        Iterator<WatchTransactionsResponse> changes = coordinator.streaming().watchTransactions(request);
        while (changes.hasNext()) {
            show(changes.next());
            if (shell().out().checkError() || (count != null && shown >= count)) {
                return ExitCode.OK;
            }
        }
        // The stream has no end of its own: a coordinator that ends it is stopping.
        throw Status.UNAVAILABLE
                .withDescription("the coordinator ended the stream")
                .asRuntimeException();
    }

    private void show(WatchTransactionsResponse change) {
        if (change.getDropped() > 0) {
            shell().say(Long.toUnsignedString(change.getDropped())
                    + " changes were left out before the next line: they came faster than they were read.");
        }
        PrintStream out = shell().out();
        switch (options().output()) {
            case table -> {
                Summaries.addChange(table, change.getUnixMs(), change.getTransaction());
                table.printTo(out, "");
            }
            case json -> out.println(Documents.of(change).jsonLine());
            case yaml -> out.println("---\n" + Documents.of(change).yaml());
        }
        shown++;
    }

    /** Asks again and again, at least once, until the coordinator answers or the patience is at its end. */
    private void awaitReturn(AdminConnection coordinator) {
        long begun = System.nanoTime();
        while (true) {
            shell().pause().forMs(ASK_AGAIN_MS);
            coordinator.connectNow();
            try {
                greet(coordinator);
                return;
            } catch (Failure failure) {
                if (failure.exitCode() != ExitCode.UNAVAILABLE || System.nanoTime() - begun > reconnectFor.toNanos()) {
                    throw failure;
                }
            }
        }
    }

    /** Finds out at once, and within the timeout, whether there is anything to watch. */
    private void greet(AdminConnection coordinator) {
        String store = coordinator
                .call(stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()))
                .getPosition()
                .getCoordinator();
        shell().say("Watching coordinator " + store + " at " + coordinator.endpoint() + ". Ctrl-C ends.");
    }
}
