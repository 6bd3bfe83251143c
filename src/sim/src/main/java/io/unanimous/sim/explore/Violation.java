package io.unanimous.sim.explore;

/** A promise that was broken. */
final class Violation extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String invariant;

    Violation(String invariant, String text) {
        super(text, null, false, false);
        this.invariant = invariant;
    }

    /** The invariant's name: A1 to A9, or what else was promised. */
    String invariant() {
        return invariant;
    }

    static void unless(boolean holds, String invariant, String text) {
        if (!holds) {
            throw new Violation(invariant, text);
        }
    }
}
