package io.unanimous.cli;

import io.unanimous.v1.BranchDetail;
import io.unanimous.v1.BranchState;
import io.unanimous.v1.DescribeTransactionResponse;
import io.unanimous.v1.HeuristicMark;
import io.unanimous.v1.TimelineEntry;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.TransactionSummary;
import io.unanimous.v1.Vote;

/** Transactions as a coordinator would tell them. */
final class Samples {
    static final String PREFIX = "3k9x0c5m2q8r7t6v1w4y0z3a5b-00-0000000007-9f3k2d-";
    static final String STUCK = PREFIX + "000000001f-0";
    static final String MIXED = PREFIX + "000000002f-0";
    static final String FRESH = PREFIX + "000000003a-1";

    private Samples() {}

    static long ago(long ms) {
        return TestShell.NOW.toEpochMilli() - ms;
    }

    static TransactionSummary stuck() {
        return TransactionSummary.newBuilder()
                .setTransactionId(STUCK)
                .setState(TransactionState.TRANSACTION_STATE_COMMITTING)
                .setHeuristic(HeuristicMark.HEURISTIC_MARK_NONE)
                .setBranches(2)
                .setInDoubtBranches(1)
                .setSinceUnixMs(ago(252_345))
                .setChangedUnixMs(ago(252_000))
                .setBlockedBy("ledger-db/k3f9q2xa")
                .setInitiator("transfer-service")
                .build();
    }

    static TransactionSummary mixed() {
        return TransactionSummary.newBuilder()
                .setTransactionId(MIXED)
                .setState(TransactionState.TRANSACTION_STATE_COMMITTED)
                .setHeuristic(HeuristicMark.HEURISTIC_MARK_MIXED)
                .setBranches(3)
                .setSinceUnixMs(ago(11_100_000))
                .setChangedUnixMs(ago(11_000_000))
                .build();
    }

    static TransactionSummary fresh() {
        return TransactionSummary.newBuilder()
                .setTransactionId(FRESH)
                .setState(TransactionState.TRANSACTION_STATE_ACTIVE)
                .setHeuristic(HeuristicMark.HEURISTIC_MARK_NONE)
                .setBranches(1)
                .setSinceUnixMs(ago(2_450))
                .setChangedUnixMs(ago(850))
                .setInitiator("transfer-service")
                .build();
    }

    static TransactionSummary numbered(int number) {
        return fresh().toBuilder()
                .setTransactionId(PREFIX + String.format("%010d-0", number))
                .build();
    }

    static DescribeTransactionResponse stuckWhole() {
        return DescribeTransactionResponse.newBuilder()
                .setSummary(stuck())
                .addBranches(BranchDetail.newBuilder()
                        .setBranch("ledger-db/k3f9q2xa")
                        .setResource("ledger-db")
                        .setState(BranchState.BRANCH_STATE_COMMITTING)
                        .setIncarnation("i-4f6a1b2c")
                        .setInDoubt(true)
                        .setAttempts(7)
                        .setNextRetryInMs(12_300)
                        .setLastError("57P01: terminating connection due to administrator command")
                        .setVote(Vote.VOTE_PREPARED)
                        .setVotedUnixMs(ago(252_100)))
                .addBranches(BranchDetail.newBuilder()
                        .setBranch("wallet-db/m7p0s8wd")
                        .setResource("wallet-db")
                        .setState(BranchState.BRANCH_STATE_COMMITTED)
                        .setIncarnation("i-99aabbcc")
                        .setEnlisterConnected(true)
                        .setResourceConnected(true)
                        .setAttempts(1)
                        .setVote(Vote.VOTE_PREPARED)
                        .setVotedUnixMs(ago(252_090)))
                .addTimeline(entry(252_345, "", "begun"))
                .addTimeline(entry(252_300, "ledger-db/k3f9q2xa", "enlisted"))
                .addTimeline(entry(252_280, "wallet-db/m7p0s8wd", "enlisted"))
                .addTimeline(entry(252_100, "ledger-db/k3f9q2xa", "voted PREPARED"))
                .addTimeline(entry(252_090, "wallet-db/m7p0s8wd", "voted PREPARED"))
                .addTimeline(entry(252_000, "", "decided to commit"))
                .addTimeline(entry(251_900, "wallet-db/m7p0s8wd", "acknowledged the commit"))
                .setDecidedUnixMs(ago(252_000))
                .setAdvice("It waits for ledger-db/k3f9q2xa; bring ledger-db back and it is told to commit.")
                .build();
    }

    private static TimelineEntry entry(long agoMs, String branch, String what) {
        return TimelineEntry.newBuilder()
                .setUnixMs(ago(agoMs))
                .setBranch(branch)
                .setWhat(what)
                .build();
    }
}
