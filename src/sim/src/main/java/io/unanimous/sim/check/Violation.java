package io.unanimous.sim.check;

/**
 * An invariant that did not hold.
 *
 * @param invariant which
 * @param tx the transaction; empty where it is not about one
 * @param text what contradicts what, with the observations
 */
public record Violation(Invariant invariant, String tx, String text) {

    @Override
    public String toString() {
        return invariant + " (" + invariant.sentence() + "): " + (tx.isEmpty() ? "" : tx + ": ") + text;
    }
}
