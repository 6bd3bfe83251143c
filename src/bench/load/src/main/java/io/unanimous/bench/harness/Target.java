package io.unanimous.bench.harness;

import io.unanimous.bench.harness.Figures.Figure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * A ratio that this project has set itself as a goal, and what the run says about it.
 *
 * @param what what is compared
 * @param goal the bound
 * @param atLeast whether the figure must be at least the bound, or at most
 * @param figure what was measured
 */
record Target(String what, double goal, boolean atLeast, double figure) {

    /** The levels at which CI looks. */
    static final List<Integer> GUARD_LEVELS = List.of(64, 256);

    /** Its margin is generous: it finds what makes ours several times slower, not what costs some percent. */
    static final double GUARD_RATIO_MIN = 0.15;

    private static final double US_PER_MS = 1_000;

    /** Narayana with each of its stores: the fastest counts. */
    private static final List<String> NARAYANA = List.of("pg-narayana", "pg-narayana-journal", "pg-narayana-aio");

    /** Whether it is reached. */
    boolean reached() {
        return atLeast ? figure >= goal : figure <= goal;
    }

    /** What CI holds every change to. */
    static List<Target> guards(Figures figures) {
        List<Target> targets = new ArrayList<>();
        Judge judge = new Judge(figures, targets);
        GUARD_LEVELS.forEach(level -> judge.throughput("ours", "floor", level, GUARD_RATIO_MIN));
        return targets;
    }

    /** Those on which this run has something to say. */
    static List<Target> of(Figures figures) {
        List<Target> targets = new ArrayList<>();
        Judge judge = new Judge(figures, targets);
        judge.againstBestOf("seata-sync", 64, 10);
        judge.againstBestOf("seata-sync", 256, 25);
        judge.againstBestOf("seata-sync", 1_024, 40);
        judge.ratio(
                "p50, ours / seata-sync",
                1,
                "ours",
                "seata-sync",
                figure -> figure.p50Us().median(),
                1.0 / 3,
                false);
        for (int level : new int[] {64, 256, 1_024}) {
            judge.throughput("ours", "floor", level, 0.6);
        }
        judge.ratio(
                "p50, ours / floor",
                1,
                "ours",
                "floor",
                figure -> figure.p50Us().median(),
                1.6,
                false);
        for (int level : new int[] {64, 256, 1_024}) {
            judge.throughput("ours", "ours-nosync", level, 0.8);
        }
        judge.throughput("ours-slow", "ours", 1_024, 0.7);
        judge.slowSyncLatency(1_024, 11);
        for (int level : new int[] {64, 256, 1_024}) {
            judge.throughput("floor", "echo", level, 0.8);
        }
        judge.throughputAgainstBestOf(NARAYANA, "pg-ours", 16, 1.1);
        judge.throughput("pg-ours", "pg-raw", 16, 0.8);
        return targets;
    }

    private record Judge(Figures figures, List<Target> targets) {

        void throughput(String ours, String theirs, int level, double goal) {
            ratio(
                    "throughput, " + ours + " / " + theirs,
                    level,
                    ours,
                    theirs,
                    f -> f.perSecond().median(),
                    goal,
                    true);
        }

        void throughputAgainstBestOf(List<String> theirs, String ours, int level, double goal) {
            theirs.stream()
                    .flatMap(name -> figures.of(name, level).stream())
                    .max(Comparator.comparingDouble(figure -> figure.perSecond().median()))
                    .ifPresent(best -> throughput(ours, best.contender(), level, goal));
        }

        void ratio(
                String what,
                int level,
                String ours,
                String theirs,
                Function<Figure, Double> of,
                double goal,
                boolean atLeast) {
            figures.of(ours, level)
                    .ifPresent(mine -> figures.of(theirs, level)
                            .ifPresent(other -> targets.add(new Target(
                                    what + " at " + level, goal, atLeast, of.apply(mine) / of.apply(other)))));
        }

        void againstBestOf(String peer, int level, double goal) {
            OptionalDouble best = figures.of(peer).stream()
                    .mapToDouble(figure -> figure.perSecond().median())
                    .max();
            if (best.isPresent()) {
                figures.of("ours", level)
                        .ifPresent(mine -> targets.add(new Target(
                                "throughput, ours at " + level + " / best of " + peer,
                                goal,
                                true,
                                mine.perSecond().median() / best.getAsDouble())));
            }
        }

        void slowSyncLatency(int level, double goalMs) {
            figures.of("ours-slow", level)
                    .ifPresent(slow -> figures.of("ours", level)
                            .ifPresent(mine -> targets.add(new Target(
                                    "p50 added by slow syncs, ms, at " + level,
                                    goalMs,
                                    false,
                                    (slow.p50Us().median() - mine.p50Us().median()) / US_PER_MS))));
        }
    }
}
