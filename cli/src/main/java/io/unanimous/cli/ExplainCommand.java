package io.unanimous.cli;

import io.unanimous.v1.BranchDetail;
import io.unanimous.v1.DescribeTransactionResponse;
import io.unanimous.v1.TimelineEntry;
import java.io.PrintStream;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Explains why a transaction stands where it stands. */
@Command(
        name = "explain",
        description = {
            "Explains why a transaction stands where it stands, and what to do.",
            "It tells who voted what and when, the decision, which branch it waits for, the last error and the next try;"
                    + " and which action is safe, as a command to paste.",
            "",
            "It changes nothing. Start here when something is stuck."
        },
        footer = {
            "  tx-admin list --in-doubt                     Which one is stuck?",
            "  tx-admin explain 00001f-0                    Why, and what to do?"
        })
final class ExplainCommand extends CoordinatorCommand {
    @Parameters(paramLabel = "TX", description = ShowCommand.TRANSACTION)
    private String transaction = "";

    ExplainCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @Override
    int run(AdminConnection coordinator) {
        DescribeTransactionResponse description = ShowCommand.describe(coordinator, transaction);
        Instant now = shell().clock().instant();
        Explanation explanation = Explanation.of(description, options().endpointToPaste(), now);
        print(
                () -> new Value.Fields()
                        .with("explanation", explanation.document())
                        .with("transaction", Documents.of(description)),
                out -> printText(out, description, explanation, now));
        return ExitCode.OK;
    }

    private static void printText(
            PrintStream out, DescribeTransactionResponse description, Explanation explanation, Instant now) {
        out.println("Transaction " + SafeText.of(description.getSummary().getTransactionId()));
        out.println("  " + SafeText.of(explanation.summary()));
        printVotes(out, description, now);
        printTimeline(out, description);
        out.println();
        out.println("Decision");
        out.println("  " + SafeText.of(explanation.decision()));
        if (!explanation.waitsFor().isEmpty()) {
            out.println();
            out.println("Waits for");
            for (Explanation.Blocking branch : explanation.waitsFor()) {
                out.println("  " + SafeText.of(branch.branch()) + ": " + SafeText.of(branch.text()) + ".");
                if (!branch.lastError().isEmpty()) {
                    out.println("    Last error: " + SafeText.of(branch.lastError()));
                }
            }
        }
        out.println();
        out.println("What to do");
        if (!description.getAdvice().isEmpty()) {
            out.println("  The coordinator says: " + SafeText.of(description.getAdvice()));
        }
        for (Explanation.Action action : explanation.actions()) {
            out.println("  " + SafeText.of(action.when()));
            if (!action.command().isEmpty()) {
                out.println("      " + SafeText.of(action.command()));
            }
        }
    }

    private static void printVotes(PrintStream out, DescribeTransactionResponse description, Instant now) {
        Table votes = new Table("BRANCH", "VOTE", "VOTED", "NOW");
        for (BranchDetail branch : description.getBranchesList()) {
            votes.add(
                    branch.getBranch(),
                    Explanation.vote(branch),
                    Durations.momentAndAge(branch.getVotedUnixMs(), now),
                    Words.of(branch.getState()) + (branch.getFinding().isEmpty() ? "" : ": " + branch.getFinding()));
        }
        out.println();
        out.println(description.getBranchesCount() == 0 ? "Votes: no branch is enlisted" : "Votes");
        votes.printTo(out, "  ");
    }

    private static void printTimeline(PrintStream out, DescribeTransactionResponse description) {
        if (description.getTimelineCount() == 0) {
            return;
        }
        Table timeline = new Table("TIME", "BRANCH", "WHAT");
        for (TimelineEntry entry : description.getTimelineList()) {
            timeline.add(Durations.moment(entry.getUnixMs()), entry.getBranch(), entry.getWhat());
        }
        out.println();
        out.println("What happened");
        timeline.printTo(out, "  ");
    }
}
