package io.unanimous.bench.load;

import com.google.gson.Gson;
import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.Setting;
import io.unanimous.bench.contender.Verdict;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The process that loads one contender, at one level after the other. It ends when its standard input does: no worker outlives the bench. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Loads one contender at one level after the other, and prints what it measured as one line of JSON.")
public final class Worker implements Callable<Integer> {

    private static final int EXIT_OK = 0;
    private static final int EXIT_UNSOUND = 1;
    private static final long NS_PER_SECOND = 1_000_000_000;

    @Option(names = "--contender", required = true, paramLabel = "CLASS", description = "Its ContenderFactory.")
    private String factory = "";

    @Option(
            names = "--in-flight",
            required = true,
            split = ",",
            paramLabel = "N",
            description = "Transactions in flight, ascending.")
    private List<Integer> levels = List.of();

    @Option(
            names = "--warm-in-flight",
            paramLabel = "N",
            description = "The same for most of the warm-up (default: the largest).")
    private int warmInFlight;

    @Option(names = "--participants", defaultValue = "2", paramLabel = "P", description = "Participants of each.")
    private int participants;

    @Option(names = "--warmup", defaultValue = "30", paramLabel = "S", description = "Seconds before the first level.")
    private double warmUpSeconds;

    @Option(names = "--settle", defaultValue = "1.5", paramLabel = "S", description = "Seconds before a level counts.")
    private double settleSeconds;

    @Option(names = "--seconds", defaultValue = "5", paramLabel = "S", description = "Seconds measured a level.")
    private double seconds;

    @Option(names = "--rate", defaultValue = "0", paramLabel = "R", description = "Open loop: begun a second.")
    private double ratePerSecond;

    @Option(names = "--slow-sync-ms", defaultValue = "0", paramLabel = "MS", description = "Added to each sync.")
    private long slowSyncMs;

    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "An empty directory for its files.")
    private Path directory = Path.of("");

    @Option(names = "--option", paramLabel = "NAME=VALUE", description = "What this contender alone understands.")
    private Map<String, String> options = new LinkedHashMap<>();

    private final PrintStream report;

    private Worker(PrintStream report) {
        this.report = report;
    }

    /** Loads and reports. */
    public static void main(String[] arguments) {
        PrintStream report = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // Peers print what they like; standard output is the report's alone.
        System.setOut(System.err);
        endWithStandardInput();
        System.exit(new CommandLine(new Worker(report)).execute(arguments));
    }

    private static void endWithStandardInput() {
        Thread watch = new Thread(
                () -> {
                    try {
                        if (System.in.read() < 0) {
                            System.exit(EXIT_UNSOUND);
                        }
                    } catch (IOException closed) {
                        System.exit(EXIT_UNSOUND);
                    }
                },
                "standard-input");
        watch.setDaemon(true);
        watch.start();
    }

    @Override
    public Integer call() throws Exception {
        LoadPlan plan = new LoadPlan(
                levels,
                warmInFlight == 0 ? Collections.max(levels) : warmInFlight,
                of(warmUpSeconds),
                of(settleSeconds),
                of(seconds),
                ratePerSecond);
        Setting setting = new Setting(plan.slots(), participants, directory, Duration.ofMillis(slowSyncMs), options);
        WorkerReport measured;
        try (Contender contender = factory().start(setting)) {
            Load.Measured load = Load.run(contender, plan);
            Verdict verdict = contender.verify(load.counts());
            measured = WorkerReport.of(factory, plan, participants, load, verdict);
        }
        report.println(new Gson().toJson(measured));
        return measured.faults().isEmpty() ? EXIT_OK : EXIT_UNSOUND;
    }

    private static Duration of(double seconds) {
        return Duration.ofNanos((long) (seconds * NS_PER_SECOND));
    }

    private ContenderFactory factory() throws ReflectiveOperationException {
        return Class.forName(factory)
                .asSubclass(ContenderFactory.class)
                .getConstructor()
                .newInstance();
    }
}
