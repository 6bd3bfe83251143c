package io.unanimous.cli;

import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.StateCount;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;

/** Shows the coordinator. */
@Command(
        name = "status",
        description = {
            "Shows whether the coordinator is well.",
            "Its identity, its log, whether it holds, and how many transactions are in which state.",
            "",
            "The exit code is 0 when the coordinator answers, also in HOLD, and 3 when it does not: a health check."
        },
        footer = {
            "  tx-admin status",
            "  tx-admin status --timeout 1s > /dev/null || echo down",
            "  tx-admin status --output json | jq .inDoubtBranches"
        })
final class StatusCommand extends CoordinatorCommand {
    StatusCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @Override
    int run(AdminConnection coordinator) {
        GetStatusResponse status = coordinator.call(stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()));
        print(
                () -> Documents.of(status),
                out -> printTable(
                        out, coordinator.endpoint(), status, shell().clock().instant()));
        if (status.hasHold()) {
            shell().say("In HOLD: it presumes nothing and refuses new work. See tx-admin hold show.");
        }
        return ExitCode.OK;
    }

    private static void printTable(PrintStream out, Endpoint endpoint, GetStatusResponse status, Instant now) {
        LogPosition position = status.getPosition();
        Facts facts = new Facts();
        facts.add("Coordinator", position.getCoordinator() + " at " + endpoint);
        facts.add("Version", status.getVersion());
        facts.add("Started", Durations.momentAndAge(status.getStartedUnixMs(), now));
        facts.add("Data", status.getDataDir());
        facts.add(
                "Log",
                "epoch " + Long.toUnsignedString(position.getEpoch()) + ", record "
                        + Long.toUnsignedString(position.getLogNumber()));
        facts.add("Hold", status.hasHold() ? "YES, evidence " + status.getHold().getEvidenceId() : "no");
        facts.add("Grace", status.getInGrace() ? "yes: presumption waits for resources to report" : "");
        facts.add("Participants", Integer.toUnsignedString(status.getParticipants()));
        facts.add("In doubt", branches(status.getInDoubtBranches()));
        facts.add("Heuristics", Long.toUnsignedString(status.getUnacknowledgedHeuristics()) + " not acknowledged");
        facts.add("Outcomes kept", Long.toUnsignedString(status.getRetainedOutcomes()));
        facts.add("Horizon", status.getHorizon());
        facts.printTo(out);

        Table counts = new Table("STATE", "TRANSACTIONS");
        for (StateCount count : status.getCountsList()) {
            counts.add(Words.of(count.getState()), Long.toUnsignedString(count.getCount()));
        }
        section(out, counts, status.getCountsCount());

        Table counters = new Table("SINCE THE START", "COUNT");
        int counted = 0;
        for (Map.Entry<String, Long> counter : new TreeMap<>(status.getCountersMap()).entrySet()) {
            // What never happened is left to the other formats.
            if (counter.getValue() != 0) {
                counters.add(counter.getKey(), Long.toUnsignedString(counter.getValue()));
                counted++;
            }
        }
        section(out, counters, counted);
    }

    private static void section(PrintStream out, Table table, int rows) {
        if (rows > 0) {
            out.println();
            table.printTo(out, "");
        }
    }

    private static String branches(long count) {
        return Long.toUnsignedString(count) + (count == 1 ? " branch" : " branches");
    }
}
