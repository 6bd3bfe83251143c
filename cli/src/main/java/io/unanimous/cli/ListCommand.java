package io.unanimous.cli;

import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.ListTransactionsResponse;
import io.unanimous.v1.TransactionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists transactions. */
@Command(
        name = "list",
        description = {
            "Lists transactions, newest first.",
            "Filters combine: a transaction is shown if all of them hold.",
            "",
            "A branch is in doubt when its resource may hold it prepared, with its locks, and has not acknowledged the"
                    + " outcome. A transaction has a heuristic outcome when a resource went against the decision."
        },
        footer = {
            "  tx-admin list --in-doubt                     What holds locks and waits?",
            "  tx-admin list --in-doubt --age 5m            ... and has done so for five minutes?",
            "  tx-admin list --state committing --state rolling-back --resource ledger-db",
            "  tx-admin list --heuristic --output json      What must a person look at? For a script.",
            "  tx-admin list --all --output json | jq -r '.transactions[].transactionId'"
        })
final class ListCommand extends CoordinatorCommand {
    private static final int LIMIT_DEFAULT = 100;
    private static final int PAGE_SIZE_MAX = 1_000;
    private static final Pattern RESOURCE = Pattern.compile("[a-z0-9._-]{1,32}");

    @Option(
            names = "--state",
            paramLabel = "STATE",
            split = ",",
            converter = Words.StateConverter.class,
            completionCandidates = Words.States.class,
            description = "In this state; repeat it for several. One of ${COMPLETION-CANDIDATES}.")
    private List<TransactionState> states = new ArrayList<>();

    @Option(
            names = "--age",
            paramLabel = "TIME",
            converter = Durations.Converter.class,
            description = "Begun, or last changed, at least this long ago: 30s, 5m, 2h, 1d.")
    private @Nullable Duration age;

    @Option(names = "--resource", paramLabel = "NAME", description = "With a branch of this resource.")
    private String resource = "";

    @Option(names = "--in-doubt", description = "With a branch in doubt.")
    private boolean inDoubt;

    @Option(names = "--heuristic", description = "With a heuristic outcome that nobody has acknowledged.")
    private boolean heuristic;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Show at most this many. Default: " + LIMIT_DEFAULT + ".")
    private @Nullable Integer limit;

    @Option(names = "--all", description = "Show them all, however many.")
    private boolean all;

    @Option(
            names = "--page-size",
            paramLabel = "N",
            description = "Ask the coordinator for this many at a time, 1 to 1000. Default: what suits.")
    private @Nullable Integer pageSize;

    @Option(
            names = "--page-token",
            paramLabel = "TOKEN",
            description = "Go on from where an earlier list with the same filters ended.")
    private String pageToken = "";

    ListCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @Override
    void checkOptions() {
        checkResource(resource);
        if (limit != null && all) {
            throw new Failure(ExitCode.USAGE, "--limit and --all exclude each other");
        }
        if (limit != null && limit < 1) {
            throw new Failure(ExitCode.USAGE, "--limit is 1 or more");
        }
        if (pageSize != null && (pageSize < 1 || pageSize > PAGE_SIZE_MAX)) {
            throw new Failure(ExitCode.USAGE, "--page-size is 1 to " + PAGE_SIZE_MAX);
        }
    }

    @Override
    int run(AdminConnection coordinator) {
        long wanted = all ? Long.MAX_VALUE : limit == null ? LIMIT_DEFAULT : limit;
        int atATime = pageSize == null ? PAGE_SIZE_MAX : pageSize;
        Listing listing = Listing.in(options().output(), shell());
        String token = pageToken;
        long shown = 0;
        boolean begun = false;
        do {
            ListTransactionsRequest request = request((int) Math.min(atATime, wanted - shown), token);
            ListTransactionsResponse page = coordinator.call(stub -> stub.listTransactions(request));
            if (!begun) {
                listing.begin();
                begun = true;
            }
            listing.add(page.getTransactionsList());
            shown += page.getTransactionsCount();
            token = following(page, token);
            // Nobody reads any more: the rest of a long list is not worth asking for.
        } while (!token.isEmpty() && shown < wanted && !shell().out().checkError());
        listing.end(token);
        if (shell().out().checkError()) {
            return ExitCode.BROKEN_PIPE;
        }
        talk(shown, token);
        return ExitCode.OK;
    }

    private ListTransactionsRequest request(int size, String token) {
        return ListTransactionsRequest.newBuilder()
                .addAllStates(states)
                .setMinAgeMs(age == null ? 0 : age.toMillis())
                .setResource(resource)
                .setInDoubt(inDoubt)
                .setHeuristic(heuristic)
                .setPageSize(size)
                .setPageToken(token)
                .build();
    }

    private void talk(long shown, String token) {
        if (shown == 0 && token.isEmpty()) {
            boolean filtered = !states.isEmpty() || age != null || !resource.isEmpty() || inDoubt || heuristic;
            shell().say(filtered ? "No transaction matches." : "The coordinator knows no transaction.");
        } else if (!token.isEmpty()) {
            shell().say("There may be more: --all shows them all, --page-token " + SafeText.shellWord(token)
                    + " goes on from here.");
        }
    }

    /** Refuses what cannot be a resource's name; empty stands for none. */
    static void checkResource(String name) {
        if (!name.isEmpty() && !RESOURCE.matcher(name).matches()) {
            throw new Failure(
                    ExitCode.USAGE, "'" + name + "' is no resource name: 1 to 32 of a-z, 0-9, '.', '_' and '-'");
        }
    }

    /**
     * The token of the page after this one; empty after the last.
     *
     * @throws Failure if the coordinator leads round in a circle
     */
    static String following(ListTransactionsResponse page, String token) {
        String next = page.getNextPageToken();
        if (!next.isEmpty() && next.equals(token)) {
            throw new Failure(ExitCode.FAILURE, "the coordinator gave the page '" + token + "' again as its own next");
        }
        return next;
    }
}
