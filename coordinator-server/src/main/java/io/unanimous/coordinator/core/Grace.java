package io.unanimous.coordinator.core;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The time after a start in which nothing of an older epoch is presumed: until every resource that the store knows has
 * reported, or a short bound has passed (P10). Reports may carry evidence of lost records, and that must come first.
 */
final class Grace {

    private final Kernel kernel;
    private final Set<String> silent = new LinkedHashSet<>();
    private long endMs;

    Grace(Kernel kernel) {
        this.kernel = kernel;
    }

    void started() {
        silent.addAll(kernel.state.fingerprints.keySet());
        endMs = kernel.nowMs() + kernel.limits.graceMs();
    }

    void reported(String resource) {
        silent.remove(resource);
    }

    boolean lasts() {
        return !silent.isEmpty() && kernel.nowMs() < endMs;
    }

    /** Writes how long it lasts, and for whom. */
    void portray(Portrait portrait) {
        portrait.line("grace").moment(endMs()).fact(new TreeSet<>(silent));
    }

    /** When it ends by itself; NEVER when it is over. */
    long endMs() {
        return silent.isEmpty() ? Branch.NEVER : endMs;
    }

    /** Ends it, if its time has passed. */
    void expire() {
        if (kernel.nowMs() >= endMs) {
            silent.clear();
        }
    }
}
