package io.unanimous.coordinator.core;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The time after a start in which nothing of an older epoch is presumed: until every resource that the store knows has
 * reported, or a bound has passed (P10). Reports may carry evidence of lost records, and that must come first; so it has
 * to last longer than participants take to notice that their coordinator was replaced, to come back and to scan.
 */
final class Grace {

    /** Of the time between two steps no more counts: while the process stood still, nobody could be heard. */
    static final long STEP_COUNTS_MAX_MS = 1_000;

    private final Kernel kernel;
    private final Set<String> silent = new LinkedHashSet<>();
    private long leftMs;
    private long countedAtMs;

    Grace(Kernel kernel) {
        this.kernel = kernel;
    }

    void started() {
        silent.addAll(kernel.state.fingerprints.keySet());
        leftMs = kernel.limits.graceMs();
        countedAtMs = kernel.nowMs();
        endIfOver();
    }

    void reported(String resource) {
        silent.remove(resource);
    }

    boolean lasts() {
        return !silent.isEmpty();
    }

    /** Counts the time since the last step, and ends the grace if it has passed. */
    void count() {
        leftMs -= Math.min(kernel.nowMs() - countedAtMs, STEP_COUNTS_MAX_MS);
        countedAtMs = kernel.nowMs();
        endIfOver();
    }

    private void endIfOver() {
        if (leftMs <= 0) {
            silent.clear();
        }
    }

    /** Writes how long it lasts, and for whom. */
    void portray(Portrait portrait) {
        portrait.line("grace").fact(lasts() ? leftMs : 0).fact(new TreeSet<>(silent));
    }

    /** When time has to be counted next; NEVER when it is over. */
    long wakeMs() {
        return lasts() ? countedAtMs + Math.min(leftMs, STEP_COUNTS_MAX_MS) : Branch.NEVER;
    }
}
