package io.unanimous.bench.growth;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A figure that a section measured.
 *
 * @param what what it is of
 * @param figure the figure
 * @param unit its unit
 * @param goal it must be at most this; null where this project has set itself no goal
 */
record Finding(
        String what, double figure, String unit, @Nullable Double goal) {

    boolean missed() {
        return goal != null && figure > goal;
    }

    String line() {
        String told = String.format(Locale.ROOT, "%-66s %,14.2f %s", what, figure, unit);
        if (goal == null) {
            return told;
        }
        return told + String.format(Locale.ROOT, "; goal at most %,.1f: %s", goal, missed() ? "MISSED" : "reached");
    }
}
