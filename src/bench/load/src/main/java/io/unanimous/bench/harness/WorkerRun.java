package io.unanimous.bench.harness;

import com.google.gson.Gson;
import io.unanimous.bench.contender.Setting;
import io.unanimous.bench.load.Worker;
import io.unanimous.bench.load.WorkerReport;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs workers, one at a time, each a process with its candidate's class path and a fresh directory.
 *
 * @param root the repository's root
 * @param directory where fresh directories are made
 * @param participants participants of each transaction
 * @param levels transactions in flight, ascending
 * @param warmUpSeconds before the first level
 * @param settleSeconds before a level counts
 * @param seconds that a level is measured
 * @param ratePerSecond of an open loop; 0 for a closed one
 * @param slowSync added to each sync of the contender that can
 * @param interruption ends the worker that runs
 */
record WorkerRun(
        Path root,
        Path directory,
        int participants,
        List<Integer> levels,
        double warmUpSeconds,
        double settleSeconds,
        double seconds,
        double ratePerSecond,
        Duration slowSync,
        Interruption interruption)
        implements Rounds.Measurement {

    /** A worker may start, drain and verify for so long beside its load. */
    private static final int BESIDE_LOAD_SECONDS = 180;

    private static final int STOP_SECONDS = 30;
    private static final String SLOW = "ours-slow";

    /** How long one loads its contender. */
    double loadSeconds() {
        return warmUpSeconds + levels.size() * (settleSeconds + seconds);
    }

    @Override
    public WorkerReport of(Candidate candidate) throws IOException, InterruptedException {
        Path fresh = Files.createTempDirectory(directory, candidate.name() + "-");
        Path log = fresh.resolve("worker.log");
        Process worker = new ProcessBuilder(command(candidate, fresh))
                .redirectError(log.toFile())
                .start();
        interruption.ends(() -> end(worker));
        try {
            WorkerReport report = await(worker, candidate, log);
            delete(fresh);
            return report;
        } finally {
            end(worker);
            interruption.endsNothing();
        }
    }

    private WorkerReport await(Process worker, Candidate candidate, Path log) throws IOException, InterruptedException {
        long maxSeconds = (long) loadSeconds() + BESIDE_LOAD_SECONDS;
        Thread tooLong = new Thread(() -> {
            try {
                if (!worker.waitFor(maxSeconds, TimeUnit.SECONDS)) {
                    end(worker);
                }
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            }
        });
        tooLong.setDaemon(true);
        tooLong.start();
        String line = new String(worker.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = worker.waitFor();
        tooLong.interrupt();
        if (line.isEmpty()) {
            throw new IllegalStateException(candidate.name() + " failed with exit code " + code + ": "
                    + Files.readString(log, StandardCharsets.UTF_8).strip() + " (all in " + log.getParent() + ")");
        }
        WorkerReport report = new Gson().fromJson(line, WorkerReport.class);
        if (!report.faults().isEmpty()) {
            throw new IllegalStateException(
                    candidate.name() + " did wrong: " + report.faults() + " (all in " + log.getParent() + ")");
        }
        return report;
    }

    private List<String> command(Candidate candidate, Path fresh) throws IOException {
        boolean slow = candidate.name().equals(SLOW);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dunanimous.home=" + root.resolve("src/dist/target/unanimous"),
                "-Dunanimous.bench=" + root.resolve("src/bench"),
                "-cp",
                classPath(candidate),
                Worker.class.getName(),
                "--contender=" + candidate.factory(),
                "--in-flight=" + levels.stream().map(String::valueOf).collect(Collectors.joining(",")),
                "--warm-in-flight=" + candidate.warmInFlight(),
                "--participants=" + participants,
                "--warmup=" + warmUpSeconds,
                "--settle=" + settleSeconds,
                "--seconds=" + seconds,
                "--rate=" + ratePerSecond,
                "--slow-sync-ms=" + (slow ? slowSync.toMillis() : 0),
                "--dir=" + fresh.toAbsolutePath()));
        candidate.options().forEach((name, value) -> command.add("--option=" + name + "=" + value));
        return command;
    }

    /** Throws IllegalArgumentException, naming the command, if a candidate is not built. */
    void requireBuilt(Candidate candidate) throws IOException {
        var unused = classPath(candidate);
    }

    private String classPath(Candidate candidate) throws IOException {
        Path target = root.resolve("src/bench").resolve(candidate.module()).resolve("target");
        Path built = target.resolve("classpath");
        if (!Files.isReadable(built)) {
            throw new IllegalArgumentException(candidate.name() + " is not built: run mvn"
                    + (candidate.module().equals(Candidate.OWN_MODULE) ? "" : " -P peers") + " -DskipTests package");
        }
        return target.resolve("classes")
                + File.pathSeparator
                + Files.readString(built, StandardCharsets.UTF_8).strip();
    }

    /** Ends a worker and what it has started; its input ends with it, which ends it by itself too. */
    private static void end(Process worker) {
        List<ProcessHandle> all = Stream.concat(worker.descendants(), Stream.of(worker.toHandle()))
                .toList();
        worker.destroy();
        try {
            if (!worker.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                worker.destroyForcibly();
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Throws IllegalArgumentException if a level or the participants are out of bounds. */
    static void requireInBounds(List<Integer> levels, int participants) {
        if (levels.isEmpty()) {
            throw new IllegalArgumentException("no level is named");
        }
        for (int level : levels) {
            var unused = new Setting(level, participants, Path.of("."), Duration.ZERO, Map.of());
        }
    }
}
