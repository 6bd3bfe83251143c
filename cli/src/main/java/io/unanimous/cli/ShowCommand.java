package io.unanimous.cli;

import io.unanimous.v1.BranchDetail;
import io.unanimous.v1.DescribeTransactionRequest;
import io.unanimous.v1.DescribeTransactionResponse;
import io.unanimous.v1.TimelineEntry;
import io.unanimous.v1.TransactionSummary;
import java.io.PrintStream;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows one transaction whole. */
@Command(
        name = "show",
        description = {
            "Shows one transaction whole.",
            "Its branches, their votes, what happened and when. For what to do about it, see tx-admin explain."
        },
        footer = {
            "  tx-admin show 00001f-0                       The end of an id is enough, if no other ends so.",
            "  tx-admin show 00001f-0 --output json | jq '.branches[] | select(.inDoubt)'"
        })
final class ShowCommand extends CoordinatorCommand {
    @Parameters(paramLabel = "TX", description = TRANSACTION)
    private String transaction = "";

    static final String TRANSACTION = "The transaction: its id, or as much of the id's end as no other has.";

    ShowCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @Override
    int run(AdminConnection coordinator) {
        DescribeTransactionResponse description = describe(coordinator, transaction);
        print(
                () -> Documents.of(description),
                out -> printTable(out, description, shell().clock().instant()));
        return ExitCode.OK;
    }

    /** The transaction that an operator means by an id or the end of one. */
    static DescribeTransactionResponse describe(AdminConnection coordinator, String given) {
        DescribeTransactionRequest request = DescribeTransactionRequest.newBuilder()
                .setTransactionId(TransactionIds.resolve(coordinator, given))
                .build();
        return coordinator.call(stub -> stub.describeTransaction(request));
    }

    private static void printTable(PrintStream out, DescribeTransactionResponse description, Instant now) {
        TransactionSummary summary = description.getSummary();
        Facts facts = new Facts();
        facts.add("Transaction", summary.getTransactionId());
        facts.add("State", state(description));
        facts.add("Heuristic", Summaries.heuristic(summary));
        facts.add("Initiator", summary.getInitiator());
        facts.add("Since", Durations.momentAndAge(summary.getSinceUnixMs(), now));
        facts.add("Decided", Durations.momentAndAge(description.getDecidedUnixMs(), now));
        facts.add("Changed", Durations.momentAndAge(summary.getChangedUnixMs(), now));
        facts.add(
                "Deadline",
                description.getDeadlineInMs() == 0 ? "" : "in " + Durations.brief(description.getDeadlineInMs()));
        facts.add("Shortcuts", shortcuts(description));
        facts.add("Reason", description.getReason());
        facts.add("Blocked by", summary.getBlockedBy());
        facts.add("Advice", description.getAdvice());
        facts.printTo(out);

        Table branches = new Table(
                "BRANCH",
                "STATE",
                "VOTE",
                "IN DOUBT",
                "SENT",
                "NEXT",
                "CONNECTED",
                "ENLISTED BY",
                "FOUND",
                "LAST ERROR");
        for (BranchDetail branch : description.getBranchesList()) {
            branches.add(
                    branch.getBranch(),
                    Words.of(branch.getState()),
                    Words.orDash(branch.getVote()),
                    branch.getInDoubt() ? "yes" : "no",
                    Integer.toUnsignedString(branch.getAttempts()),
                    branch.getNextRetryInMs() == 0 ? "" : "in " + Durations.brief(branch.getNextRetryInMs()),
                    connected(branch),
                    branch.getIncarnation(),
                    found(branch),
                    branch.getLastError());
        }
        section(out, "Branches", branches, description.getBranchesCount());

        Table timeline = new Table("TIME", "BRANCH", "WHAT");
        for (TimelineEntry entry : description.getTimelineList()) {
            timeline.add(Durations.moment(entry.getUnixMs()), entry.getBranch(), entry.getWhat());
        }
        section(out, "Timeline", timeline, description.getTimelineCount());
    }

    private static void section(PrintStream out, String title, Table table, int rows) {
        out.println();
        out.println(rows == 0 ? title + ": none" : title);
        table.printTo(out, "  ");
    }

    static String state(DescribeTransactionResponse description) {
        String state = Words.of(description.getSummary().getState());
        return description.getPresumed() ? state + " (presumed: no record of it exists)" : state;
    }

    private static String shortcuts(DescribeTransactionResponse description) {
        if (description.getAllowsOnePhase()) {
            return description.getAllowsUnloggedReadOnly() ? "one phase, unlogged read-only" : "one phase";
        }
        return description.getAllowsUnloggedReadOnly() ? "unlogged read-only" : "";
    }

    private static String connected(BranchDetail branch) {
        if (branch.getEnlisterConnected()) {
            return "yes";
        }
        return branch.getResourceConnected() ? "another" : "nobody";
    }

    private static String found(BranchDetail branch) {
        if (!branch.getFinding().isEmpty()) {
            return branch.getFinding() + (branch.getAcknowledged() ? ", acknowledged" : "");
        }
        return branch.getRefusalReason();
    }
}
