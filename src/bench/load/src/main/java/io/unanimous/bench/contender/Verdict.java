package io.unanimous.bench.contender;

import java.util.ArrayList;
import java.util.List;

/**
 * What a contender was found to have done.
 *
 * @param checked one line a check, with what was counted
 * @param faults one line a check that failed; empty for a sound run
 */
public record Verdict(List<String> checked, List<String> faults) {

    /** Copies the lists. */
    public Verdict {
        checked = List.copyOf(checked);
        faults = List.copyOf(faults);
    }

    /** Begins a verdict. */
    public static Builder builder() {
        return new Builder();
    }

    /** Whether nothing was wrong. */
    public boolean sound() {
        return faults.isEmpty();
    }

    /** Gathers checks. */
    public static final class Builder {

        private final List<String> checked = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();

        private Builder() {}

        /** Two numbers that must be equal. */
        public Builder equal(String what, long expected, long found) {
            String line = what + ": " + found;
            checked.add(line);
            if (expected != found) {
                faults.add(line + ", expected " + expected);
            }
            return this;
        }

        /** What was found. */
        public Verdict build() {
            return new Verdict(checked, faults);
        }
    }
}
