package io.unanimous.coordinator.core;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts since the start, for operators. */
final class Counters {

    /** What is counted; the names are stable. */
    enum Counter {
        BEGUN,
        COMMITTED,
        COMMITTED_UNLOGGED,
        COMMITTED_ONE_PHASE,
        ROLLED_BACK,
        ONE_PHASE_UNKNOWN,
        HEURISTICS,
        PREPARES_SENT,
        COMMITS_SENT,
        ROLLBACKS_SENT,
        RETRIES,
        PRESUMED_ROLLBACKS,
        LEFT,
        STALE_MESSAGES,
        CONTRADICTIONS,
        REFUSED_BEGINS,
        PRUNED
    }

    private final long[] counts = new long[Counter.values().length];

    void add(Counter counter) {
        counts[counter.ordinal()]++;
    }

    void add(Counter counter, long count) {
        counts[counter.ordinal()] += count;
    }

    Map<String, Long> view() {
        Map<String, Long> view = new TreeMap<>();
        for (Counter counter : Counter.values()) {
            view.put(counter.name().toLowerCase(Locale.ROOT), counts[counter.ordinal()]);
        }
        return view;
    }
}
