package io.unanimous.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One run of the fuzzer on one target, as a process of its own. */
final class FuzzRun {
    /** An input that takes longer hangs, on however busy a machine. */
    private static final int INPUT_SECONDS_MAX = 60;

    private static final long PROGRESS_SECONDS = 10;
    private static final int JDK_THAT_ASKS_FOR_LEAVE = 21;
    private static final Pattern EXECUTIONS =
            Pattern.compile("^(?:#|stat::number_of_executed_units: +|Done )(\\d+)\\b.*");

    private final FuzzTarget target;
    private final Path root;
    private final Path directory;
    private volatile long executions;

    /**
     * A run that is not started.
     *
     * @param root the project's directory
     */
    FuzzRun(FuzzTarget target, Path root) {
        this.target = target;
        this.root = root;
        directory = root.resolve("src/it/target/fuzz").resolve(target.toString());
    }

    /**
     * How a run ended.
     *
     * @param executions inputs tried
     * @param exitCode the fuzzer's: not 0 when it found something
     * @param findings the inputs that it found
     * @param log all that the fuzzer said
     */
    record Result(long executions, int exitCode, List<Path> findings, Path log) {}

    /** Tries new inputs for a time, starting from those that are kept and those of runs before. */
    Result fuzz(long seconds, int seed, Consumer<String> progress) throws IOException {
        Path grown = Files.createDirectories(directory.resolve("corpus"));
        return run(
                List.of(
                        "-max_total_time=" + seconds,
                        "-seed=" + seed,
                        grown.toString(),
                        target.keptInputs(root).toString()),
                progress);
    }

    /** Tries one input. */
    Result replay(Path input, Consumer<String> progress) throws IOException {
        return run(List.of(input.toAbsolutePath().toString()), progress);
    }

    private Result run(List<String> what, Consumer<String> progress) throws IOException {
        Path findings = Files.createDirectories(directory.resolve("findings"));
        List<Path> before = inputs(findings);
        Path log = directory.resolve("jazzer.log");
        Process process = new ProcessBuilder(command(findings, what))
                .redirectErrorStream(true)
                .directory(Files.createDirectories(directory).toFile())
                .start();
        Thread end = new Thread(process::destroyForcibly, "end-" + target);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            Thread reader = new Thread(() -> keep(process, log), "output of " + target);
            reader.start();
            while (!process.waitFor(PROGRESS_SECONDS, TimeUnit.SECONDS)) {
                progress.accept(target + ": " + executions + " executions so far");
            }
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + target + " was fuzzed", e);
        } finally {
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(end);
        }
        List<Path> found = new ArrayList<>(inputs(findings));
        found.removeAll(before);
        return new Result(executions, process.exitValue(), found, log);
    }

    private List<String> command(Path findings, List<String> what) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx768m", "-Xss2m"));
        if (Runtime.version().feature() >= JDK_THAT_ASKS_FOR_LEAVE) {
            command.add("-XX:+EnableDynamicAgentLoading");
        }
        command.addAll(List.of(
                "-cp",
                target.classes(root) + ":" + System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.className(),
                "--instrumentation_includes=" + target.guidedBy(),
                "--custom_hook_includes=" + target.guidedBy(),
                "--reproducer_path=" + findings,
                "-artifact_prefix=" + findings + "/",
                "-timeout=" + INPUT_SECONDS_MAX,
                "-report_slow_units=" + INPUT_SECONDS_MAX,
                "-rss_limit_mb=0",
                "-use_value_profile=1",
                "-print_final_stats=1"));
        command.addAll(what);
        return command;
    }

    private void keep(Process process, Path log) {
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                PrintWriter kept = new PrintWriter(Files.newBufferedWriter(log))) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                kept.println(line);
                Matcher matcher = EXECUTIONS.matcher(line);
                if (matcher.matches()) {
                    executions = Math.max(executions, Long.parseLong(matcher.group(1)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the fuzzer's output cannot be kept in " + log, e);
        }
    }

    /** What the fuzzer wrote down as an input; its generated reproducers aside. */
    private static List<Path> inputs(Path findings) throws IOException {
        try (var files = Files.list(findings)) {
            return files.filter(file -> !file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }
}
