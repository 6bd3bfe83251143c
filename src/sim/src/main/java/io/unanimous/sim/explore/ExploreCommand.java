package io.unanimous.sim.explore;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code explore}: takes the production coordinator through every state of several scopes. */
@Command(
        name = "explore",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Takes the production coordinator through every order of messages, losses, duplicates, deadlines, crashes,"
                    + " scans and overrides that a scope allows, breadth first, and checks the invariants A1 to A4, A6,"
                    + " A8 and A9 in every state.",
            "A broken one is printed with a shortest path to it."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:every invariant held in every state met", "1:one was broken", "2:wrong usage"})
public final class ExploreCommand implements Callable<Integer> {

    private static final long PROGRESS_EVERY_NS = TimeUnit.SECONDS.toNanos(5);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--states",
            paramLabel = "N",
            description = "End each scope after N distinct states. Default: ${DEFAULT-VALUE}",
            defaultValue = "30000000")
    private long states;

    @Option(
            names = "--minutes",
            paramLabel = "T",
            description = "End after T minutes, which the scopes share. Default: ${DEFAULT-VALUE}",
            defaultValue = "60")
    private double minutes;

    @Option(
            names = "--branches",
            paramLabel = "B",
            description = "Branches of the transaction, 2 to 5. Default: ${DEFAULT-VALUE}",
            defaultValue = "3")
    private int branches;

    @Option(names = "--scope", paramLabel = "NAME", description = "Explore only this scope.", defaultValue = "")
    private String only = "";

    @Option(
            names = "--flaw",
            paramLabel = "FLAW",
            description = {
                "Let the model around the coordinator neglect a duty: the run must end with 1.",
                "One of: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}"
            },
            defaultValue = "NONE")
    private Flaw flaw = Flaw.NONE;

    @Option(
            names = "--compare",
            description = "Work out each step of the coordinator along two paths to the same state, and compare them.")
    private boolean compared;

    /** Runs the command; the exit code says how it went. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ExploreCommand()).execute(args));
    }

    @Override
    public Integer call() {
        List<Scope> scopes = chosen();
        long startedNs = System.nanoTime();
        long untilNs = startedNs + (long) (minutes * TimeUnit.MINUTES.toNanos(1));
        long total = 0;
        int deepest = 0;
        boolean exhausted = true;
        for (int i = 0; i < scopes.size(); i++) {
            Scope scope = scopes.get(i);
            long scopeNs = System.nanoTime();
            long endNs = scopeNs + Math.max(0, untilNs - scopeNs) / (scopes.size() - i);
            Exploration found = explore(scope, scopeNs, endNs);
            total += found.states();
            deepest = Math.max(deepest, found.depth());
            exhausted &= found.exhausted();
            Exploration.Counterexample counterexample = found.counterexample();
            print(
                    "scope=%s branches=%d states=%d depth=%d exhausted=%s violations=%d seconds=%.1f (%s)",
                    scope.name(),
                    scope.branches(),
                    found.states(),
                    found.depth(),
                    yesOrNo(found.exhausted()),
                    counterexample == null ? 0 : 1,
                    seconds(scopeNs),
                    found.sizes());
            if (counterexample != null) {
                tell(counterexample);
                last(total, deepest, false, 1);
                return 1;
            }
        }
        last(total, deepest, exhausted, 0);
        return 0;
    }

    private List<Scope> chosen() {
        if (branches < 2 || branches > Scope.BRANCHES_MAX) {
            throw new ParameterException(
                    spec.commandLine(), "--branches takes 2 to " + Scope.BRANCHES_MAX + ", not " + branches);
        }
        if (states < 1 || minutes <= 0) {
            throw new ParameterException(spec.commandLine(), "--states and --minutes take numbers above 0");
        }
        List<Scope> all = Scopes.all(branches);
        List<Scope> chosen = all.stream()
                .filter(scope -> only.isEmpty() || scope.name().equals(only))
                .toList();
        if (chosen.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "there is no scope '" + only + "'; there are "
                            + String.join(", ", all.stream().map(Scope::name).toList()));
        }
        return chosen;
    }

    private Exploration explore(Scope scope, long scopeNs, long endNs) {
        long[] nextNs = {scopeNs + PROGRESS_EVERY_NS};
        return new Explorer(scope, flaw, compared)
                .explore(states, () -> System.nanoTime() - endNs > 0, (known, depth, frontier) -> {
                    long nowNs = System.nanoTime();
                    if (nowNs - nextNs[0] >= 0) {
                        nextNs[0] = nowNs + PROGRESS_EVERY_NS;
                        print(
                                "  %s: %d states, depth %d, frontier %d, %.0f states/s",
                                scope.name(), known, depth, frontier, known / seconds(scopeNs));
                    }
                });
    }

    private static double seconds(long sinceNs) {
        return Math.max(1, System.nanoTime() - sinceNs) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private static String yesOrNo(boolean yes) {
        return yes ? "yes" : "no";
    }

    private void tell(Exploration.Counterexample counterexample) {
        print("violation: invariant=%s %s", counterexample.invariant(), counterexample.text());
        int number = 0;
        for (String step : counterexample.steps()) {
            print("  %2d  %s", ++number, step);
        }
    }

    private void last(long total, int deepest, boolean exhausted, int violations) {
        print("explore: states=%d depth=%d exhausted=%s violations=%d", total, deepest, yesOrNo(exhausted), violations);
    }

    private void print(String format, Object... values) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
