package io.unanimous.bench.harness;

import com.google.gson.GsonBuilder;
import io.unanimous.bench.harness.Figures.Figure;
import io.unanimous.bench.harness.LinePlot.Line;
import io.unanimous.bench.harness.LinePlot.Point;
import io.unanimous.bench.load.WorkerReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The bench's entry point. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        header = "Measures contenders side by side, in rounds that alternate between them.",
        description = {
            "",
            "In each round a process of its own for each contender starts the contender's server as another one, warms both up"
                    + " once, loads it at one level after the other, and looks afterwards whether everything begun was"
                    + " finished. The column JIT says how much of the measured time the load generator's compiler still"
                    + " worked. Compare figures of one run only: the machine is"
                    + " part of them.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured",
            "1:a contender failed or did wrong (what was measured is told, marked PARTIAL), or the guard's ratio was missed",
            "130:interrupted; likewise told and marked",
            "2:wrong command line"
        },
        footer = {
            "",
            "Contenders: ours, ours-nosync, ours-slow, floor, echo; with `mvn -P peers -DskipTests package` also seata-sync,"
                    + " seata-async, and over two PostgreSQL databases pg-ours, pg-narayana, pg-narayana-journal,"
                    + " pg-narayana-aio, pg-atomikos, pg-raw, pg-raw-parallel, pg-local.",
            "Example: bench --contenders ours,floor --in-flight 64,1024 --rounds 3 --json figures.json --plots plots"
        })
public final class Bench implements Callable<Integer> {

    private static final int EXIT_OK = 0;
    private static final int EXIT_FAILED = 1;

    private static final double GUARD_WARM_UP_SECONDS = 35;
    private static final double GUARD_SECONDS = 4;
    private static final double QUICK_WARM_UP_SECONDS = 3;
    private static final double QUICK_SECONDS = 2;
    /** Starting, stopping and looking: an estimate for the time left. */
    private static final double BESIDE_LOAD_SECONDS = 3;

    private static final int ROUNDS_MAX = 99;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before anything else.
    private CommandSpec spec;

    @Option(
            names = "--contenders",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "ours,ours-nosync,floor,echo",
            description = "Who is measured (default: ${DEFAULT-VALUE}).")
    private List<String> contenders = List.of();

    @Option(
            names = "--in-flight",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,16,64,256,1024",
            description = "Transactions in flight, level by level, ascending (default: ${DEFAULT-VALUE}).")
    private List<Integer> levels = List.of();

    @Option(
            names = "--participants",
            paramLabel = "P",
            defaultValue = "2",
            description = "Participants of each transaction (default: ${DEFAULT-VALUE}).")
    private int participants;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            defaultValue = "30",
            description = "Seconds before the first level, once a contender and round (default: ${DEFAULT-VALUE}).")
    private double warmUpSeconds;

    @Option(
            names = "--settle",
            paramLabel = "S",
            defaultValue = "1.5",
            description = "Seconds at each level before anything counts (default: ${DEFAULT-VALUE}).")
    private double settleSeconds;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description = "Seconds that each level is measured (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "0",
            description = "Open loop: begin so many a second, however slowly they end, at most --in-flight at once;"
                    + " latencies count from when a transaction was due.")
    private double ratePerSecond;

    @Option(
            names = "--slow-sync",
            paramLabel = "MS",
            defaultValue = "5",
            description = "Milliseconds added to each sync of ours-slow (default: ${DEFAULT-VALUE}).")
    private long slowSyncMs;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where contenders write; on a disk (default: src/bench/load/target/bench).")
    private @Nullable Path directory;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures there.")
    private @Nullable Path json;

    @Option(names = "--plots", paramLabel = "DIR", description = "Write plots there, as SVG.")
    private @Nullable Path plots;

    @Option(names = "--quick", description = "One short round: to see that it works.")
    private boolean quick;

    @Option(
            names = "--guard",
            description = "Ours against the floor at 64 and 256, in under two minutes; fails below a generous ratio.")
    private boolean guard;

    private final Path root;

    private Bench(Path root) {
        this.root = root;
    }

    /** What is written as JSON. */
    private record Report(
            String machine,
            String fileSystem,
            Spread syncUs,
            int participants,
            double ratePerSecond,
            double warmUpSeconds,
            double settleSeconds,
            double seconds,
            boolean partial,
            List<String> missing,
            List<Figure> figures,
            List<Target> targets,
            List<WorkerReport> rounds) {}

    /** Measures. */
    public static void main(String[] arguments) {
        System.exit(commandLine(Path.of(System.getProperty("unanimous.root", "."))
                        .toAbsolutePath()
                        .normalize())
                .execute(arguments));
    }

    static CommandLine commandLine(Path root) {
        CommandLine commandLine = new CommandLine(new Bench(root));
        commandLine.setExecutionExceptionHandler((failure, line, parsed) -> {
            boolean usage = failure instanceof IllegalArgumentException;
            line.getErr().println("bench: " + (failure.getMessage() == null ? failure : failure.getMessage()));
            return usage ? CommandLine.ExitCode.USAGE : EXIT_FAILED;
        });
        return commandLine;
    }

    @Override
    public Integer call() throws Exception {
        if (guard) {
            contenders = List.of("ours", "floor");
            levels = Target.GUARD_LEVELS;
            rounds = 1;
            warmUpSeconds = GUARD_WARM_UP_SECONDS;
            seconds = GUARD_SECONDS;
        } else if (quick) {
            rounds = 1;
            warmUpSeconds = QUICK_WARM_UP_SECONDS;
            seconds = QUICK_SECONDS;
        }
        if (rounds < 1 || rounds > ROUNDS_MAX) {
            throw new IllegalArgumentException("--rounds must be 1 to " + ROUNDS_MAX + ", not " + rounds);
        }
        List<Candidate> candidates = contenders.stream().map(Candidate::named).toList();
        Candidate.requireOrder(candidates);
        WorkerRun.requireInBounds(levels, participants);
        levels = levels.stream().sorted().distinct().toList();
        Path data = directory == null ? root.resolve("src/bench/load/target/bench") : directory;
        Files.createDirectories(data);
        Disk disk = Disk.under(data);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%s; %s on %s: append and fdatasync %.0f us (median of 200; %.0f to %.0f)%n",
                machine(),
                data,
                disk.type(),
                disk.syncUs().median(),
                disk.syncUs().min(),
                disk.syncUs().max());
        try (Interruption interruption = Interruption.armed()) {
            Rounds measured = measure(candidates, data, interruption);
            tell(out, disk, measured);
            return judged(measured);
        }
    }

    private Rounds measure(List<Candidate> candidates, Path data, Interruption interruption)
            throws IOException, InterruptedException {
        WorkerRun worker = new WorkerRun(
                root,
                data,
                participants,
                levels,
                warmUpSeconds,
                settleSeconds,
                seconds,
                ratePerSecond,
                Duration.ofMillis(slowSyncMs),
                interruption);
        for (Candidate candidate : candidates) {
            worker.requireBuilt(candidate);
        }
        Rounds measured = new Rounds(worker, interruption);
        try (Progress progress = new Progress(
                spec.commandLine().getErr(), rounds * candidates.size(), worker.loadSeconds() + BESIDE_LOAD_SECONDS)) {
            measured.run(candidates, rounds, progress);
        }
        return measured;
    }

    private void tell(PrintWriter out, Disk disk, Rounds measured) throws IOException {
        Figures figures = measured.figures();
        List<Target> targets = goals(figures);
        out.println();
        out.print(Tables.warnings(figures));
        out.println(Tables.figures(figures));
        if (!targets.isEmpty()) {
            out.println(Tables.targets(targets));
        }
        measured.missing().forEach(missing -> out.println("PARTIAL: " + missing));
        out.flush();
        if (json != null) {
            Report report = new Report(
                    machine(),
                    disk.type(),
                    disk.syncUs(),
                    participants,
                    ratePerSecond,
                    warmUpSeconds,
                    settleSeconds,
                    seconds,
                    !measured.missing().isEmpty(),
                    measured.missing(),
                    figures.all(),
                    targets,
                    measured.reports());
            Files.writeString(
                    json, new GsonBuilder().setPrettyPrinting().create().toJson(report) + "\n");
        }
        if (plots != null && !figures.contenders().isEmpty()) {
            Files.createDirectories(plots);
            plot(figures, "throughput", "Throughput", "transactions a second", Figure::perSecond);
            plot(figures, "latency-p50", "Median latency", "microseconds", Figure::p50Us);
            plot(figures, "latency-p99", "Latency, 99th percentile", "microseconds", Figure::p99Us);
        }
    }

    private void plot(Figures figures, String name, String title, String unit, Function<Figure, Spread> of)
            throws IOException {
        List<Line> lines = new ArrayList<>();
        for (String contender : figures.contenders()) {
            lines.add(new Line(
                    contender,
                    figures.of(contender).stream()
                            .map(figure -> new Point(
                                    figure.inFlight(), of.apply(figure).median()))
                            .toList()));
        }
        String with = participants + (participants == 1 ? " participant" : " participants");
        Files.writeString(
                Objects.requireNonNull(plots).resolve(name + ".svg"),
                new LinePlot(title + ", " + with, "transactions in flight", unit, lines).svg());
    }

    private List<Target> goals(Figures figures) {
        return guard ? Target.guards(figures) : Target.of(figures);
    }

    private int judged(Rounds measured) {
        if (!measured.missing().isEmpty()) {
            return EXIT_FAILED;
        }
        return goals(measured.figures()).stream().allMatch(Target::reached) || !guard ? EXIT_OK : EXIT_FAILED;
    }

    private static String machine() {
        return Runtime.getRuntime().availableProcessors() + " processors, Java "
                + Runtime.version().feature() + ", " + System.getProperty("os.name") + " "
                + System.getProperty("os.version");
    }
}
