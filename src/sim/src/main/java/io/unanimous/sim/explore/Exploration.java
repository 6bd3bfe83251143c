package io.unanimous.sim.explore;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an exploration found.
 *
 * @param scope what it covered
 * @param states distinct states
 * @param depth moves of the longest of the shortest paths to them
 * @param exhausted whether every state of the scope was met
 * @param sizes what else was counted, in words
 * @param counterexample a broken promise; null when all were kept
 */
record Exploration(
        String scope,
        long states,
        int depth,
        boolean exhausted,
        String sizes,
        @Nullable Counterexample counterexample) {

    /**
     * A shortest way to a broken promise.
     *
     * @param invariant its name
     * @param text what is wrong
     * @param steps the moves that lead to it, and the state before the last
     */
    record Counterexample(String invariant, String text, List<String> steps) {}
}
