package io.unanimous.cli;

import io.unanimous.v1.HeuristicMark;
import io.unanimous.v1.TransactionSummary;
import java.time.Instant;

/** Transactions as rows of a table. */
final class Summaries {
    private static final int ID_WIDTH = 60;
    private static final int STATE_WIDTH = "rolling-back".length();

    private Summaries() {}

    static Table table() {
        return new Table(
                "TRANSACTION",
                "STATE",
                "AGE",
                "CHANGED",
                "BRANCHES",
                "IN DOUBT",
                "HEURISTIC",
                "BLOCKED BY",
                "INITIATOR");
    }

    static void add(Table table, TransactionSummary transaction, Instant now) {
        table.add(
                transaction.getTransactionId(),
                Words.of(transaction.getState()),
                Durations.since(transaction.getSinceUnixMs(), now),
                ago(transaction.getChangedUnixMs(), now),
                Integer.toUnsignedString(transaction.getBranches()),
                Integer.toUnsignedString(transaction.getInDoubtBranches()),
                heuristic(transaction),
                transaction.getBlockedBy(),
                transaction.getInitiator());
    }

    /** A table for changes that come one by one: no later one is known when the first is printed. */
    static Table changesTable() {
        Table table = new Table(
                "TIME", "TRANSACTION", "STATE", "BRANCHES", "IN DOUBT", "HEURISTIC", "BLOCKED BY", "INITIATOR");
        table.widen(1, ID_WIDTH);
        table.widen(2, STATE_WIDTH);
        table.widen(6, ID_WIDTH / 2);
        return table;
    }

    static void addChange(Table table, long unixMs, TransactionSummary transaction) {
        table.add(
                Durations.moment(unixMs),
                transaction.getTransactionId(),
                Words.of(transaction.getState()),
                Integer.toUnsignedString(transaction.getBranches()),
                Integer.toUnsignedString(transaction.getInDoubtBranches()),
                heuristic(transaction),
                transaction.getBlockedBy(),
                transaction.getInitiator());
    }

    /** The mark, or nothing for a transaction without one. */
    static String heuristic(TransactionSummary transaction) {
        return switch (transaction.getHeuristic()) {
            case HEURISTIC_MARK_MIXED, HEURISTIC_MARK_HAZARD, UNRECOGNIZED -> Words.of(transaction.getHeuristic());
            case HEURISTIC_MARK_NONE, HEURISTIC_MARK_UNSPECIFIED -> "";
        };
    }

    static boolean isHeuristic(TransactionSummary transaction) {
        return transaction.getHeuristic() == HeuristicMark.HEURISTIC_MARK_MIXED
                || transaction.getHeuristic() == HeuristicMark.HEURISTIC_MARK_HAZARD;
    }

    /** The transaction in a few words of talk, without its id. */
    static String sentence(TransactionSummary transaction, Instant now) {
        String blocked = transaction.getBlockedBy().isEmpty() ? "" : ", waits for " + transaction.getBlockedBy();
        String heuristic = heuristic(transaction);
        return Words.of(transaction.getState()) + " for " + Durations.since(transaction.getChangedUnixMs(), now) + ", "
                + transaction.getBranches() + (transaction.getBranches() == 1 ? " branch, " : " branches, ")
                + transaction.getInDoubtBranches() + " in doubt" + blocked
                + (heuristic.isEmpty() ? "" : ", heuristic outcome " + heuristic);
    }

    private static String ago(long unixMs, Instant now) {
        return unixMs == 0 ? "-" : Durations.since(unixMs, now) + " ago";
    }
}
