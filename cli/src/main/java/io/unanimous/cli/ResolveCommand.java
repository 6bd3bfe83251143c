package io.unanimous.cli;

import io.unanimous.v1.BranchDetail;
import io.unanimous.v1.DescribeTransactionRequest;
import io.unanimous.v1.Override;
import io.unanimous.v1.Resolution;
import io.unanimous.v1.ResolveBranch;
import io.unanimous.v1.ResolveRequest;
import io.unanimous.v1.ResolveResponse;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.TransactionSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Ends what cannot end by itself. */
@Command(
        name = "resolve",
        description = {
            "Ends what cannot end by itself: a last resort.",
            "See tx-admin explain first.",
            "",
            "With --rollback, an undecided transaction past its deadline is rolled back. With --branch and --as, you record"
                    + " what you verified at the resource about one branch of it; the coordinator then waits for that branch no"
                    + " longer. Nothing turns a decision round: a word that contradicts it marks the transaction mixed.",
            "",
            "First shows what will happen. Does it only with --reason and, if no terminal is there to ask at, --yes."
                    + " Transactions that are alive are refused."
        },
        footer = {
            "  tx-admin resolve 00001f-0 --rollback --dry-run",
            "  tx-admin resolve 00001f-0 --rollback --reason 'initiator lost, ticket 4711'",
            "  tx-admin resolve 00001f-0 --branch ledger-db/k3 --as committed --expect-state committing \\",
            "      --reason 'seen in the ledger, disk of ledger-db lost' --yes",
        })
final class ResolveCommand extends CoordinatorCommand {
    @Parameters(paramLabel = "TX", description = ShowCommand.TRANSACTION)
    private String transaction = "";

    @ArgGroup(exclusive = true, multiplicity = "1")
    private What what = new What();

    @Option(
            names = "--expect-state",
            paramLabel = "STATE",
            converter = Words.StateConverter.class,
            completionCandidates = Words.States.class,
            description = EXPECT_STATE)
    private @Nullable TransactionState expected;

    static final String EXPECT_STATE =
            "Do it only in this state. Default: the state that it is shown in. One of ${COMPLETION-CANDIDATES}.";

    @Mixin
    private OverrideOptions override = new OverrideOptions();

    /** One of two. */
    static final class What {
        @Option(names = "--rollback", required = true, description = "Roll back an undecided transaction.")
        private boolean rollback;

        @ArgGroup(exclusive = false, multiplicity = "1")
        private @Nullable OneBranch branch;
    }

    /** What became of one branch. */
    static final class OneBranch {
        @Option(
                names = "--branch",
                paramLabel = "BRANCH",
                required = true,
                description = "The branch, RESOURCE/SUFFIX; or the resource alone if it has one branch only.")
        private String name = "";

        @Option(
                names = "--as",
                paramLabel = "OUTCOME",
                required = true,
                converter = OutcomeConverter.class,
                completionCandidates = Outcomes.class,
                description =
                        "What you verified at the resource: committed, rolled-back, or gone: it is lost for ever, and"
                                + " nobody can tell.")
        private Resolution outcome = Resolution.RESOLUTION_UNSPECIFIED;
    }

    ResolveCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @java.lang.Override
    void checkOptions() {
        override.check();
    }

    @java.lang.Override
    int run(AdminConnection coordinator) {
        String id = TransactionIds.resolve(coordinator, transaction);
        ResolveRequest.Builder request = ResolveRequest.newBuilder().setTransactionId(id);
        if (what.rollback) {
            request.setRollback(true);
        } else if (what.branch != null) {
            request.setBranch(ResolveBranch.newBuilder()
                    .setBranch(branch(coordinator, id, what.branch.name))
                    .setResolution(what.branch.outcome));
        }
        ResolveResponse response = override.carryOut(shell(), coordinator, expected, new Resolving(request));
        print(() -> Documents.of(response), out -> {
            Table table = Summaries.table();
            TransactionSummary now = response.hasAfter() ? response.getAfter() : response.getBefore();
            Summaries.add(table, now, shell().clock().instant());
            table.printTo(out, "");
        });
        return ExitCode.OK;
    }

    /** The branch of that name, or the only one of the resource of that name. */
    private static String branch(AdminConnection coordinator, String id, String given) {
        if (given.indexOf('/') >= 0) {
            return given;
        }
        DescribeTransactionRequest request =
                DescribeTransactionRequest.newBuilder().setTransactionId(id).build();
        List<String> found = new ArrayList<>();
        for (BranchDetail branch :
                coordinator.call(stub -> stub.describeTransaction(request)).getBranchesList()) {
            if (branch.getResource().equals(given)) {
                found.add(branch.getBranch());
            }
        }
        if (found.isEmpty()) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "transaction " + id + " has no branch of '" + given + "'. See its branches with tx-admin show.");
        }
        if (found.size() > 1) {
            throw new Failure(
                    ExitCode.USAGE,
                    "transaction " + id + " has " + found.size() + " branches of '" + given + "'. Name one: "
                            + String.join(", ", found));
        }
        return found.get(0);
    }

    private record Resolving(ResolveRequest.Builder request) implements OverrideOptions.Verb<ResolveResponse> {
        @java.lang.Override
        public ResolveResponse send(AdminConnection coordinator, Override override) {
            ResolveRequest sent = request.setOverride(override).build();
            return coordinator.call(stub -> stub.resolve(sent));
        }

        @java.lang.Override
        public String effect(ResolveResponse answer) {
            return answer.getEffect();
        }

        @java.lang.Override
        public @Nullable TransactionSummary before(ResolveResponse answer) {
            return answer.hasBefore() ? answer.getBefore() : null;
        }
    }

    /** Reads what became of a branch. */
    static final class OutcomeConverter implements ITypeConverter<Resolution> {
        @java.lang.Override
        public Resolution convert(String text) {
            String wanted = text.toLowerCase(Locale.ROOT).replace('_', '-');
            for (Resolution resolution : Outcomes.REAL) {
                if (Words.of(resolution).equals(wanted)) {
                    return resolution;
                }
            }
            throw new TypeConversionException("'" + text + "' is no outcome; say committed, rolled-back or gone");
        }
    }

    /** The outcomes that can be typed, for completion. */
    static final class Outcomes extends ArrayList<String> {
        private static final long serialVersionUID = 1L;
        private static final List<Resolution> REAL =
                List.of(Resolution.RESOLUTION_COMMITTED, Resolution.RESOLUTION_ROLLED_BACK, Resolution.RESOLUTION_GONE);

        Outcomes() {
            for (Resolution resolution : REAL) {
                add(Words.of(resolution));
            }
        }
    }
}
