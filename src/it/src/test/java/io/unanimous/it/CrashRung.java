package io.unanimous.it;

import io.unanimous.sim.check.Checker;
import io.unanimous.sim.check.HistoryFile;
import io.unanimous.sim.check.Observation;
import io.unanimous.sim.check.Violation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The crash rung: real processes, real databases, one fault a cycle, and the checker over all that was seen. */
@Command(
        name = "crash",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Kills, stops and cuts off real processes under load, lets them recover, and checks the nine invariants.",
            "",
            "Each cycle moves money between two PostgreSQL servers, strikes the coordinator, a participant or both (SIGKILL"
                    + " at a named crash point or at any moment, SIGSTOP, a pulled network cable), starts again what died,"
                    + " and waits until nothing is in doubt. The first cycles pass every named crash point, if there are"
                    + " enough of them.",
            ""
        },
        footer = {
            "",
            "The last line is: crash: cycles=N kills=N transactions=N violations=N max_recovery_ms=N",
            "Exit codes: 0 nothing violated; 1 a violation, or a run that broke off; 2 wrong command line."
        })
final class CrashRung implements Callable<Integer> {

    private static final long IN_DOUBT_MAX_MS = 70_000;
    private static final Duration IN_DOUBT_POLL = Duration.ofMillis(25);
    private static final Duration AFTERMATH = Duration.ofMillis(300);
    private static final int LINES_OF_A_VIOLATION = 50;
    private static final int MINUTES_MAX = 1_440;

    @Spec
    private CommandSpec spec;

    @Option(names = "--cycles", paramLabel = "N", defaultValue = "25", description = "Cycles. Default: 25.")
    private int cycles;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description =
                    "Draws faults, moments and work. Real processes do not repeat to the microsecond. Default: random.")
    private Long seed;

    @Option(
            names = "--keep",
            description = "Keep data directory and histories; they are kept after a violation anyway.")
    private boolean keep;

    @Option(
            names = "--minutes",
            paramLabel = "T",
            description = "Begin no further cycle after so long. Default: all cycles.")
    private Double minutes;

    private final Checker checker = new Checker();
    private final Map<Path, Long> readUpTo = new LinkedHashMap<>();
    private final Map<String, Integer> struck = new TreeMap<>();
    private long maxRecoveryMs;

    private final PrintWriter out;

    CrashRung(PrintWriter out) {
        this.out = out;
    }

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        System.exit(new CommandLine(new CrashRung(out)).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        if (cycles < 1) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--cycles must be at least 1");
        }
        if (minutes != null && !(minutes > 0 && minutes <= MINUTES_MAX)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--minutes must be above 0 and at most " + MINUTES_MAX);
        }
        if (seed == null) {
            seed = new Random().nextLong(1_000_000);
        }
        Path directory = Files.createDirectories(Path.of("target", "crash").toAbsolutePath())
                .resolve(seed + "-" + System.currentTimeMillis());
        Files.createDirectory(directory);
        out.println("crash: " + cycles + " cycles of seed " + seed + " in " + directory);
        boolean sound = false;
        try (CutNetwork network = network()) {
            sound = run(directory, network);
        } finally {
            if (sound && !keep) {
                delete(directory);
            }
        }
        return sound ? 0 : 1;
    }

    private CutNetwork network() {
        try {
            return CutNetwork.open();
        } catch (CutNetwork.Unavailable why) {
            out.println("crash: no network is cut, since this machine does not allow it: " + why.getMessage());
            return null;
        }
    }

    private boolean run(Path directory, CutNetwork network) {
        Path ownHistory = directory.resolve("run.history");
        int done = 0;
        long endNanos = System.nanoTime() + (minutes == null ? Long.MAX_VALUE / 2 : Math.round(minutes * 60e9));
        try (HistoryFile history = HistoryFile.create(ownHistory);
                CrashScene scene = new CrashScene(directory, network, history, new Random(seed))) {
            scene.start();
            try (CrashLoad load = new CrashLoad(scene.address(), scene.a(), scene.b(), history, seed)) {
                for (CrashFault fault : CrashPlan.of(cycles, seed, network != null)) {
                    cycle(++done, fault, scene, load, history);
                    readHistories(ownHistory, scene);
                    load.askedAndOver().forEach(checker::retire);
                    if (!checker.violations().isEmpty() || System.nanoTime() - endNanos >= 0) {
                        break;
                    }
                }
                history.record(new Observation.Settled(System.currentTimeMillis(), "run"));
                readHistories(ownHistory, scene);
                checker.finish();
                return report(done, scene, load);
            }
        } catch (Exception | AssertionError e) {
            out.println("crash: broke off in cycle " + done + ": " + e);
            e.printStackTrace(out);
            printReplay(directory);
            return false;
        }
    }

    private void cycle(int number, CrashFault fault, CrashScene scene, CrashLoad load, HistoryFile history)
            throws InterruptedException {
        long began = System.nanoTime();
        long before = load.begun();
        out.printf("cycle %d/%d: %s%n", number, cycles, fault);
        scene.prepareFor(fault);
        history.record(new Observation.FaultsBegan(System.currentTimeMillis(), "run"));
        load.go();
        long recoveryMs = scene.strike(fault);
        history.record(new Observation.FaultsEnded(System.currentTimeMillis(), "run"));
        maxRecoveryMs = Math.max(maxRecoveryMs, recoveryMs);
        struck.merge(fault.toString(), 1, Integer::sum);
        Thread.sleep(AFTERMATH.toMillis());
        load.pauseWork();
        awaitNothingInDoubt(scene, history);
        load.askAll();
        scene.books().read(history);
        out.printf(
                "cycle %d/%d: recovered in %d ms, %d transactions, %.1f s%n",
                number,
                cycles,
                recoveryMs,
                load.begun() - before,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) / 1_000.0);
    }

    /** Counts what is in doubt until there is nothing, or for longer than A7 allows; the checker judges. */
    private static void awaitNothingInDoubt(CrashScene scene, HistoryFile history) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IN_DOUBT_MAX_MS);
        int count = scene.inDoubt();
        while (count > 0 && System.nanoTime() - until < 0) {
            Thread.sleep(IN_DOUBT_POLL.toMillis());
            count = scene.inDoubt();
        }
        history.record(new Observation.InDoubt(System.currentTimeMillis(), "run", count, scene.inHold()));
    }

    private void readHistories(Path ownHistory, CrashScene scene) {
        List<Path> histories = scene.histories();
        histories.add(ownHistory);
        for (Path history : histories) {
            if (Files.exists(history)) {
                readUpTo.compute(
                        history, (path, from) -> HistoryFile.readFrom(path, from == null ? 0 : from, checker::observe));
            }
        }
    }

    // ---- telling ----------------------------------------------------------------------------------------------------

    private boolean report(int done, CrashScene scene, CrashLoad load) {
        struck.forEach((fault, times) -> out.println("struck " + times + "  " + fault));
        List<Violation> violations = checker.violations();
        for (Violation violation : violations) {
            out.println("VIOLATION " + violation);
            printHistory(violation.tx());
        }
        if (!violations.isEmpty()) {
            printReplay(readUpTo.keySet().iterator().next().getParent());
        }
        out.printf(
                "crash: cycles=%d kills=%d transactions=%d violations=%d max_recovery_ms=%d%n",
                done, scene.kills(), load.begun(), violations.size(), maxRecoveryMs);
        return violations.isEmpty();
    }

    private void printHistory(String tx) {
        if (tx.isEmpty()) {
            return;
        }
        List<Observation> seen = new ArrayList<>();
        for (Path history : readUpTo.keySet()) {
            HistoryFile.read(history, observation -> {
                if (observation instanceof Observation.OfTransaction its
                        && its.tx().equals(tx)) {
                    seen.add(observation);
                }
            });
        }
        seen.sort(Comparator.comparingLong(Observation::atMs));
        seen.stream()
                .skip(Math.max(0, seen.size() - LINES_OF_A_VIOLATION))
                .forEach(observation -> out.println("  " + observation));
    }

    private void printReplay(Path directory) {
        out.println("histories and data: " + directory);
        out.println("replay: src/it/crash --cycles " + cycles + " --seed " + seed + " --keep");
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clean up " + directory, e);
        }
    }
}
