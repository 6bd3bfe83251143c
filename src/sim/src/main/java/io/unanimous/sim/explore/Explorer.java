package io.unanimous.sim.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes a model through every state of its scope, breadth first: so the first broken promise that it meets has a shortest
 * path. Of a state that is done it keeps the hash, the state before and the number of the move; the path is walked again when
 * it is to be told. Used by one thread.
 */
final class Explorer {

    /** How many states are looked at between two questions whether to stop. */
    private static final int STOP_ASKED_EVERY = 1_024;

    /** Hears how it goes on. */
    interface Progress {
        /** So many states are known, up to so many moves away, and so many are to be looked at still. */
        void at(long states, int depth, long frontier);
    }

    private final Scope scope;
    private final Model model;
    private final StateSet known = new StateSet();
    private int[] before = new int[1 << 16];
    private short[] moveTaken = new short[1 << 16];

    /**
     * An explorer of a scope.
     *
     * @param flaw what the model around the coordinator neglects
     * @param compared whether steps are worked out along two paths, and compared
     */
    Explorer(Scope scope, Flaw flaw, boolean compared) {
        this.scope = scope;
        model = new Model(scope, flaw, compared);
    }

    /** Explores until every state is met, so many are, or it is to stop. */
    Exploration explore(long statesMax, BooleanSupplier stop, Progress progress) {
        byte[] first = model.first().pack();
        known.add(first);
        List<byte[]> frontier = List.of(first);
        int firstOfFrontier = 0;
        int depth = 0;
        while (!frontier.isEmpty()) {
            List<byte[]> next = new ArrayList<>();
            int firstOfNext = known.size();
            for (int i = 0; i < frontier.size(); i++) {
                if (i % STOP_ASKED_EVERY == 0) {
                    progress.at(known.size(), depth, frontier.size() - i + next.size());
                    if (known.size() >= statesMax || stop.getAsBoolean()) {
                        return found(depth, false, null);
                    }
                }
                Violated violated = expand(frontier.get(i), firstOfFrontier + i, next);
                if (violated != null) {
                    return found(depth + 1, false, counterexample(firstOfFrontier + i, violated));
                }
            }
            if (next.isEmpty()) {
                return found(depth, true, null);
            }
            frontier = next;
            firstOfFrontier = firstOfNext;
            depth++;
        }
        return found(depth, true, null);
    }

    private Exploration found(int depth, boolean exhausted, Exploration.@Nullable Counterexample counterexample) {
        return new Exploration(scope.name(), known.size(), depth, exhausted, model.sizes(), counterexample);
    }

    private record Violated(Move move, String invariant, String text) {}

    /** Takes every move of a state; what was not known goes to the next frontier. */
    private @Nullable Violated expand(byte[] state, int number, List<byte[]> next) {
        World world = model.unpack(state);
        List<Move> moves = model.moves(world);
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            byte[] reached;
            try {
                reached = model.after(world, move).pack();
            } catch (Violation e) {
                return new Violated(move, e.invariant(), String.valueOf(e.getMessage()));
            } catch (IllegalStateException e) {
                return new Violated(move, "the coordinator's own", String.valueOf(e.getMessage()));
            }
            if (known.add(reached)) {
                remember(known.size() - 1, number, i);
                next.add(reached);
            }
        }
        return null;
    }

    private void remember(int state, int from, int move) {
        if (state >= before.length) {
            before = Arrays.copyOf(before, before.length * 2);
            moveTaken = Arrays.copyOf(moveTaken, moveTaken.length * 2);
        }
        before[state] = from;
        moveTaken[state] = (short) move;
    }

    private Exploration.Counterexample counterexample(int state, Violated violated) {
        List<Integer> path = new ArrayList<>();
        for (int at = state; at != 0; at = before[at]) {
            path.add((int) moveTaken[at]);
        }
        Collections.reverse(path);
        List<String> steps = new ArrayList<>();
        World world = model.first();
        for (int taken : path) {
            Move move = model.moves(world).get(taken);
            steps.add(model.describe(world, move));
            world = model.after(world, move);
        }
        steps.add(model.describe(world, violated.move()));
        steps.add("and before this last step " + model.describe(world));
        return new Exploration.Counterexample(violated.invariant(), violated.text(), steps);
    }
}
