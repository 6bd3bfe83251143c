package io.unanimous.bench.growth;

import com.google.gson.GsonBuilder;
import io.unanimous.bench.harness.Disk;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One section of growth: it has a directory of its own, and tells what it found. */
@Command(
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        showDefaultValues = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:measured, goals reached or missed", "1:something failed or was wrong", "2:wrong command line"
        })
abstract class Section implements Callable<Integer> {

    /** Two: what most transactions have, and what the goals are set for. */
    static final int PARTICIPANTS = 2;

    /** As good as for ever. */
    static final double UNTIL_DONE = 24 * 3_600;

    private static final int EXIT_OK = 0;
    private static final int EXIT_WRONG = 1;
    private static final int WARM_UP_TRANSACTIONS_EACH = 20_000;
    private static final double WARM_UP_SECONDS_MAX = 60;
    private static final int WARM_UP_IN_FLIGHT = 64;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before anything else.
    private CommandSpec spec;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where stores are made; on a disk. Default: src/bench/load/target/growth.")
    private @Nullable Path directory;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there.")
    private @Nullable Path json;

    @Option(names = "--jvm", paramLabel = "OPTION", description = "One more option for the daemon's JVM.")
    private @Nullable List<String> jvm;

    /** What is written as JSON. */
    private record Report(
            String section,
            String fileSystem,
            double syncUs,
            List<Finding> figures,
            List<String> checked,
            List<String> faults) {}

    /** Measures. */
    abstract void measure(Path fresh, Findings findings) throws Exception;

    @Override
    public Integer call() throws Exception {
        Path parent = directory == null ? root().resolve("src/bench/load/target/growth") : directory;
        Files.createDirectories(parent);
        Disk disk = Disk.under(parent);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%d processors, Java %d, %s %s; %s on %s: append and fdatasync %.0f us (median of 200)%n",
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().feature(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                parent,
                disk.type(),
                disk.syncUs().median());
        out.flush();
        Path fresh = Files.createTempDirectory(parent, spec.name() + "-");
        Findings findings = new Findings(out);
        measure(fresh, findings);
        delete(fresh);
        if (json != null) {
            Report report = new Report(
                    spec.name(),
                    disk.type(),
                    disk.syncUs().median(),
                    findings.all(),
                    findings.verdict().checked(),
                    findings.verdict().faults());
            Files.writeString(
                    json, new GsonBuilder().setPrettyPrinting().create().toJson(report) + "\n");
        }
        out.println("growth: " + spec.name() + ": " + findings.summary());
        out.flush();
        return findings.verdict().sound() ? EXIT_OK : EXIT_WRONG;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    static Path root() {
        return Path.of(System.getProperty("unanimous.root", "."))
                .toAbsolutePath()
                .normalize();
    }

    /** Starts the daemon on the store in this directory. */
    final Daemon daemon(Path fresh, List<String> moreJvm, List<String> options)
            throws IOException, InterruptedException {
        return Daemon.start(
                root().resolve("src/dist/target/unanimous"),
                fresh,
                Stream.concat(Stream.ofNullable(jvm).flatMap(List::stream), moreJvm.stream())
                        .toList(),
                options);
    }

    /** Runs whole transactions until the JVMs have compiled most of what they will. */
    final WireLoad.Done warmUp(WireLoad load) throws Exception {
        return load.run(
                WireLoad.Depth.FINISHED,
                WARM_UP_IN_FLIGHT,
                WARM_UP_TRANSACTIONS_EACH,
                WARM_UP_SECONDS_MAX,
                saying("warming up"));
    }

    /** Says it on standard error. */
    final void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(spec.name() + ": " + line);
        err.flush();
    }

    final Progress saying(String what) {
        return (done, of) -> {
            String soFar = String.format(Locale.ROOT, "%s: %,d", what, done);
            say(of == Long.MAX_VALUE ? soFar : soFar + String.format(Locale.ROOT, " of %,d", of));
        };
    }

    /** Throws ParameterException-like IllegalArgumentException for a number out of bounds. */
    static void within(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(option + " must be " + min + " to " + max + ", not " + value);
        }
    }
}
