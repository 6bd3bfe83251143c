package io.unanimous.it;

import java.util.Arrays;
import java.util.List;

/** A rung of the ladder on which planted bugs are tried: a program that checks the invariants. */
enum Rung {
    SIMULATE("io.unanimous.sim.Simulate"),
    EXPLORE("io.unanimous.sim.explore.ExploreCommand"),
    DAMAGE("io.unanimous.it.Damage");

    private final String mainClass;

    Rung(String mainClass) {
        this.mainClass = mainClass;
    }

    /** The rung of that name, as it is written in a patch and as its front door is called. */
    static Rung named(String text) {
        return Arrays.stream(values())
                .filter(rung -> rung.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no rung is called '" + text + "'; there are " + List.of(values())));
    }

    String mainClass() {
        return mainClass;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
