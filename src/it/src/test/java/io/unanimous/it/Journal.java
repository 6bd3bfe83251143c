package io.unanimous.it;

import io.unanimous.sim.check.Checker;
import io.unanimous.sim.check.Observation;
import io.unanimous.sim.check.Violation;
import java.util.Collection;
import java.util.List;
import java.util.function.LongFunction;

/**
 * What the driving process saw, in the order in which it saw it, before the eyes of the checker. It outlives every
 * coordinator. Safe for many threads.
 */
final class Journal {

    private final Checker checker = new Checker();

    /** Records what {@code seen} makes of the time. */
    void record(LongFunction<Observation> seen) {
        synchronized (checker) {
            checker.observe(seen.apply(System.currentTimeMillis()));
        }
    }

    /** Has transactions judged of which nothing more will be seen but answers that repeat. */
    void retire(Collection<String> transactionIds) {
        synchronized (checker) {
            transactionIds.forEach(checker::retire);
        }
    }

    /** Ends the run, and has everything judged. */
    List<Violation> finish() {
        record(at -> new Observation.Settled(at, "faults"));
        synchronized (checker) {
            checker.finish();
            return checker.violations();
        }
    }

    /** What does not hold so far. */
    List<Violation> violations() {
        synchronized (checker) {
            return checker.violations();
        }
    }
}
