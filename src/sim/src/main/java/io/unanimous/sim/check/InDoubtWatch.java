package io.unanimous.sim.check;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A7: once the faults have ended, the branches in doubt fall to zero in time, and somebody looks. */
final class InDoubtWatch {

    /** The time to converge, and one capped backoff. */
    static final long BOUND_MS = 30_000 + 30_000;

    private final List<Violation> violations = new ArrayList<>();
    private Observation.@Nullable FaultsEnded ended;
    private Observation.@Nullable InDoubt last;
    private boolean reported;

    void began() {
        requireFallen();
        ended = null;
        last = null;
    }

    void ended(Observation.FaultsEnded now) {
        requireFallen();
        ended = now;
        last = null;
        reported = false;
    }

    void sampled(Observation.InDoubt sample) {
        last = sample;
        if (ended != null && !isFallen() && sample.atMs() - ended.atMs() > BOUND_MS) {
            violated("still in doubt " + (sample.atMs() - ended.atMs()) + " ms after the faults ended: " + sample
                    + " after " + ended);
        }
    }

    /** At the end, or when new faults begin: the last sample must have been zero, and there must have been one. */
    void requireFallen() {
        if (ended != null && !isFallen()) {
            violated(
                    last == null
                            ? "nobody counted the branches in doubt after " + ended
                            : "in doubt at the last look: " + last + " after " + ended);
        }
    }

    private boolean isFallen() {
        return last != null && (last.count() == 0 || last.hold());
    }

    private void violated(String text) {
        if (!reported) {
            reported = true;
            violations.add(new Violation(Invariant.A7, "", text));
        }
    }

    List<Violation> violations() {
        return violations;
    }
}
