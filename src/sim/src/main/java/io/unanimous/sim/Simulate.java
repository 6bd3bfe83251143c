package io.unanimous.sim;

import io.unanimous.sim.check.Observation;
import io.unanimous.sim.check.Violation;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The simulator's front door: runs seeds one after the other, counts what befell them, and stops at the first violation. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs the production coordinator and SDK on one thread over a virtual clock, network, disk and databases, under"
                    + " faults, and checks the invariants A1 to A9.",
            "The same seed gives the same run, on every machine. Exits with 1 on a violation, and prints how to replay it."
        })
public final class Simulate implements Callable<Integer> {

    /** With fewer seeds than this nobody expects to see every kind of fault. */
    private static final int SEEDS_FOR_EVERY_KIND = 30;

    private static final long PROGRESS_EVERY_NANOS = 5_000_000_000L;

    @Option(names = "--seeds", paramLabel = "N", description = "how many seeds (default: ${DEFAULT-VALUE})")
    private int seeds = 100;

    @Option(names = "--seed", paramLabel = "S", description = "the first seed (default: ${DEFAULT-VALUE})")
    private long first = 1;

    @Option(names = "--transactions", paramLabel = "N", description = "of one seed (default: ${DEFAULT-VALUE})")
    private int transactions = 1_000;

    @Option(
            names = "--minutes",
            paramLabel = "T",
            description = "begin no further seed after so long; 0 for all seeds (default: ${DEFAULT-VALUE})")
    private double minutes = 0;

    @Option(names = "--each", description = "print a line for each seed")
    private boolean each;

    @Option(
            names = "--show",
            paramLabel = "TAIL",
            description = "print everything that is seen of transactions whose id ends so")
    private @Nullable String shown;

    private final PrintStream out;

    private Simulate(PrintStream out) {
        this.out = out;
    }

    /** Runs the command. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Simulate(System.out)).execute(arguments));
    }

    @Override
    public Integer call() {
        long began = System.nanoTime();
        long nextProgress = began + PROGRESS_EVERY_NANOS;
        FaultTally faults = new FaultTally();
        Digest digest = new Digest();
        int done = 0;
        while (done < seeds && (minutes == 0 || done == 0 || System.nanoTime() - began < minutes * 60e9)) {
            long seed = first + done;
            World.Result result = new World(seed, transactions, this::watch).run();
            done++;
            faults.add(result.faults());
            digest.add(result.digest());
            if (each) {
                out.printf(
                        "  seed %d: %d faults, %.1f virtual s, digest %016x%n",
                        seed, result.faults().all(), result.virtualMs() / 1e3, result.digest());
            }
            if (!result.isGood()) {
                tell(result);
                summary(done, faults, digest, Math.max(1, result.violations().size()));
                return 1;
            }
            if (System.nanoTime() > nextProgress) {
                nextProgress = System.nanoTime() + PROGRESS_EVERY_NANOS;
                double seconds = (System.nanoTime() - began) / 1e9;
                out.printf(
                        "  %d of %d seeds, %.0f s, %.0f transactions/s, %d faults%n",
                        done, seeds, seconds, done * (double) transactions / seconds, faults.all());
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        boolean complete = true;
        for (FaultKind kind : FaultKind.values()) {
            out.printf("  %-30s %d%n", kind, faults.of(kind));
            complete &= faults.of(kind) > 0;
        }
        out.printf(
                "  %.1f faults per 1,000 transactions, %.0f %% of them after a first vote; %.0f transactions/s%n",
                faults.all() * 1e3 / done / transactions,
                faults.afterVote() * 100.0 / Math.max(1, faults.all()),
                done * (double) transactions / seconds);
        boolean missing = !complete && done >= SEEDS_FOR_EVERY_KIND;
        if (missing) {
            out.println("simulate: a kind of fault above never struck: the run proves less than it should");
        }
        summary(done, faults, digest, 0);
        return missing ? 1 : 0;
    }

    private void watch(Observation seen) {
        if (shown != null
                && seen instanceof Observation.OfTransaction of
                && of.tx().endsWith(shown)) {
            out.println("  " + seen);
        }
    }

    private void summary(int done, FaultTally faults, Digest digest, int violations) {
        out.printf(
                "simulate: seeds=%d transactions=%d faults=%d violations=%d digest=%016x%n",
                done, (long) done * transactions, faults.all(), violations, digest.value());
    }

    private void tell(World.Result result) {
        out.println("The last " + result.recent().size() + " observations of seed " + result.seed() + ":");
        result.recent().forEach(seen -> out.println("  " + seen));
        for (FaultKind kind : FaultKind.values()) {
            if (result.faults().of(kind) > 0) {
                out.println("  " + kind + " " + result.faults().of(kind));
            }
        }
        result.unended().forEach(branch -> out.println("  not ended: " + branch));
        if (result.breakdown() != null) {
            out.println("breakdown: seed=" + result.seed() + " " + result.breakdown());
        }
        for (Violation violation : result.violations()) {
            out.println("violation: invariant=" + violation.invariant() + " seed=" + result.seed() + " " + violation);
        }
        out.println("Replay it: src/it/simulate --seeds 1 --seed " + result.seed()
                + (transactions == 1_000 ? "" : " --transactions " + transactions));
    }
}
