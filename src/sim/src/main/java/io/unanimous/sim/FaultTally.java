package io.unanimous.sim;

import java.util.EnumMap;
import java.util.Map;

/** How many faults of each kind there were, and how many of all struck while some transaction had votes and no end. */
public final class FaultTally {

    private final Map<FaultKind, Long> counts = new EnumMap<>(FaultKind.class);
    private long afterVote;
    private int votedAndOpen;

    /** One has struck. */
    void count(FaultKind kind) {
        counts.merge(kind, 1L, Long::sum);
        if (votedAndOpen > 0) {
            afterVote++;
        }
    }

    /** So many transactions have a vote and no end, at the moment. */
    void votedAndOpen(int transactions) {
        votedAndOpen = transactions;
    }

    /** Adds another run's. */
    public void add(FaultTally other) {
        other.counts.forEach((kind, count) -> counts.merge(kind, count, Long::sum));
        afterVote += other.afterVote;
    }

    /** Faults of one kind. */
    public long of(FaultKind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** Faults of all kinds. */
    public long all() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Faults that struck while some transaction had votes and no end. */
    public long afterVote() {
        return afterVote;
    }
}
