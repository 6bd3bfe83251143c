package io.unanimous.bench.growth;

import io.unanimous.bench.growth.WireLoad.Depth;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.ListTransactionsResponse;
import io.unanimous.v1.TransactionState;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long a page of a filtered list takes when many outcomes are kept. */
@Command(
        name = "list",
        header = "Pages of filtered lists over many outcomes that are kept.",
        description = {
            "Each filter is asked for its first page again and again. Then two lists are read to their ends: one that"
                    + " everything is on, and one that nothing is on, whose pages are empty and the hardest to find."
        })
final class ListSection extends Section {

    private static final double GOAL_MS = 200;
    private static final int PAGE = 100;
    private static final int PAGE_MAX = 1_000;
    private static final int REPEATS = 50;
    private static final int PAGES_MAX = 100_000;
    private static final int SAY_EVERY_PAGES = 200;
    private static final String NOBODY = "nobody";
    private static final double NS_PER_MS = 1e6;

    @Option(names = "--outcomes", defaultValue = "1000000", paramLabel = "N", description = "Outcomes kept.")
    private int outcomes;

    @Option(names = "--in-flight", defaultValue = "512", paramLabel = "N", description = "While they are made.")
    private int inFlight;

    @Override
    void measure(Path fresh, Findings findings) throws Exception {
        within("--outcomes", outcomes, 1_000, 5_000_000);
        within("--in-flight", inFlight, 1, 10_000);
        // Not quite as many as may be kept: pruning would take some away between two pages.
        List<String> options = List.of("--retained-outcomes", String.valueOf(outcomes + 1));
        try (Daemon daemon = daemon(fresh, List.of(), options);
                WireLoad load = WireLoad.connect(daemon.address(), "list", PARTICIPANTS, true, 0)) {
            long made = load.run(Depth.FINISHED, inFlight, outcomes, UNTIL_DONE, saying("committing"))
                    .count();
            load.requireUnbroken();
            findings.mustBe("outcomes made", outcomes, made);
            findings.mustBe("outcomes kept", outcomes, daemon.status().getRetainedOutcomes());
            double worstMs = firstPages(daemon, findings);
            worstMs = Math.max(worstMs, walk(daemon, findings, "everything", resource("list-1", PAGE_MAX), outcomes));
            worstMs = Math.max(worstMs, walk(daemon, findings, "nothing", resource(NOBODY, PAGE_MAX), 0));
            findings.addWithGoal("the slowest page of all", worstMs, "ms", GOAL_MS);
        }
    }

    private static ListTransactionsRequest resource(String resource, int pageSize) {
        return ListTransactionsRequest.newBuilder()
                .setResource(resource)
                .setPageSize(pageSize)
                .build();
    }

    private double firstPages(Daemon daemon, Findings findings) {
        ListTransactionsRequest page =
                ListTransactionsRequest.newBuilder().setPageSize(PAGE).build();
        Map<String, ListTransactionsRequest> filters = new LinkedHashMap<>();
        filters.put(
                "state COMMITTED",
                page.toBuilder()
                        .addStates(TransactionState.TRANSACTION_STATE_COMMITTED)
                        .build());
        filters.put("a resource", resource("list-0", PAGE));
        filters.put(
                "state ACTIVE: none",
                page.toBuilder()
                        .addStates(TransactionState.TRANSACTION_STATE_ACTIVE)
                        .build());
        filters.put("in doubt: none", page.toBuilder().setInDoubt(true).build());
        filters.put(
                "an id's last characters: few", page.toBuilder().setIdTail("00").build());
        filters.put("a resource of nobody", resource(NOBODY, PAGE));
        double worstMs = 0;
        for (Map.Entry<String, ListTransactionsRequest> filter : filters.entrySet()) {
            say("first pages: " + filter.getKey());
            Histogram took = new Histogram(3);
            for (int repeat = 0; repeat < REPEATS; repeat++) {
                long beganNs = System.nanoTime();
                var unused = daemon.admin().listTransactions(filter.getValue());
                took.recordValue(System.nanoTime() - beganNs);
            }
            String what = "first page, " + filter.getKey();
            findings.add(what + ": median", took.getValueAtPercentile(50) / NS_PER_MS, "ms");
            findings.add(what + ": 99th percentile", took.getValueAtPercentile(99) / NS_PER_MS, "ms");
            findings.add(what + ": slowest", took.getMaxValue() / NS_PER_MS, "ms");
            worstMs = Math.max(worstMs, took.getMaxValue() / NS_PER_MS);
        }
        return worstMs;
    }

    /** Reads a list to its end; returns its slowest page. */
    private double walk(Daemon daemon, Findings findings, String what, ListTransactionsRequest first, long expected) {
        Histogram took = new Histogram(3);
        long found = 0;
        String token = "";
        long walkBeganNs = System.nanoTime();
        do {
            if (took.getTotalCount() >= PAGES_MAX) {
                throw new IllegalStateException("the list of " + what + " does not end");
            }
            long beganNs = System.nanoTime();
            ListTransactionsResponse page = daemon.admin()
                    .listTransactions(first.toBuilder().setPageToken(token).build());
            took.recordValue(System.nanoTime() - beganNs);
            found += page.getTransactionsCount();
            token = page.getNextPageToken();
            if (took.getTotalCount() % SAY_EVERY_PAGES == 0) {
                say("list of " + what + ": " + found + " found");
            }
        } while (!token.isEmpty());
        findings.mustBe("transactions on the list of " + what, expected, found);
        findings.add("list of " + what + ": pages", took.getTotalCount(), "");
        findings.add("list of " + what + ": all", (System.nanoTime() - walkBeganNs) / NS_PER_MS, "ms");
        findings.add("list of " + what + ": median page", took.getValueAtPercentile(50) / NS_PER_MS, "ms");
        findings.add("list of " + what + ": 99th percentile", took.getValueAtPercentile(99) / NS_PER_MS, "ms");
        findings.add("list of " + what + ": slowest page", took.getMaxValue() / NS_PER_MS, "ms");
        return took.getMaxValue() / NS_PER_MS;
    }
}
