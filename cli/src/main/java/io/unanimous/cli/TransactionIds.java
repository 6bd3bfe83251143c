package io.unanimous.cli;

import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.ListTransactionsResponse;
import io.unanimous.v1.TransactionSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Finds the transaction that an operator means by an id or by the end of one. */
final class TransactionIds {
    /** Ids have one length. Shorter ones are tails, longer ones are for the coordinator to refuse. */
    private static final int LENGTH = 60;

    private static final int CANDIDATES_MAX = 10;
    private static final int PAGE_SIZE = 1_000;

    /** Crockford's base 32, which leaves out i, l, o and u, in groups. */
    private static final Pattern SHAPE = Pattern.compile("[0-9a-hjkmnp-tv-z-]+");

    private TransactionIds() {}

    /**
     * The full id.
     *
     * @throws Failure if no transaction's id, or more than one's, ends so
     */
    static String resolve(AdminConnection coordinator, String given) {
        String tail = given.strip().toLowerCase(Locale.ROOT);
        if (!SHAPE.matcher(tail).matches()) {
            throw new Failure(
                    ExitCode.USAGE,
                    "'" + given + "' is no transaction id, nor the end of one. Copy one from tx-admin list.");
        }
        return tail.length() >= LENGTH ? tail : single(tail, candidates(coordinator, tail));
    }

    private static List<TransactionSummary> candidates(AdminConnection coordinator, String tail) {
        List<TransactionSummary> found = new ArrayList<>();
        String token = "";
        do {
            ListTransactionsRequest request = ListTransactionsRequest.newBuilder()
                    .setIdTail(tail)
                    .setPageSize(PAGE_SIZE)
                    .setPageToken(token)
                    .build();
            ListTransactionsResponse page = coordinator.call(stub -> stub.listTransactions(request));
            found.addAll(page.getTransactionsList());
            token = ListCommand.following(page, token);
        } while (!token.isEmpty() && found.size() <= CANDIDATES_MAX);
        return found;
    }

    private static String single(String tail, List<TransactionSummary> found) {
        if (found.isEmpty()) {
            throw new Failure(
                    ExitCode.NOT_FOUND,
                    "no transaction that the coordinator remembers has an id ending with '" + tail
                            + "'. See tx-admin list; for one long past give the whole id.");
        }
        if (found.size() == 1) {
            return found.get(0).getTransactionId();
        }
        List<String> lines = new ArrayList<>();
        for (TransactionSummary candidate : found.subList(0, Math.min(found.size(), CANDIDATES_MAX))) {
            lines.add("  " + candidate.getTransactionId() + "  " + Words.of(candidate.getState()));
        }
        String count = found.size() > CANDIDATES_MAX ? "more than " + CANDIDATES_MAX : Integer.toString(found.size());
        throw new Failure(
                ExitCode.USAGE, count + " transactions have an id ending with '" + tail + "'. Give more of it:", lines);
    }
}
