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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a rung ended on a class path.
 *
 * @param exitCode of its process; {@link #TOO_LONG} when it was ended
 * @param invariant the first that it named as broken; null for none
 * @param seed the one of its seeds that broke it; null where a rung's run is all of one seed
 * @param seconds how long it took
 * @param log all that it said
 */
record RungRun(
        int exitCode, @Nullable String invariant, @Nullable String seed, double seconds, Path log) {
    static final int TOO_LONG = -1;

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
    private static volatile boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(RungRun::endAll, "end-rungs"));
    }

    private static final Pattern VIOLATION = Pattern.compile("violation: invariant=(A[1-9])\\b(?: seed=(\\d+))?.*");

    /** Runs a rung in the directory of its log, and waits for its end. */
    static RungRun of(List<String> command, String classPath, Path log, long secondsMax) throws IOException {
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-Dlogback.configurationFile=logback-simulation.xml",
                "-cp",
                classPath));
        java.addAll(command);
        long began = System.nanoTime();
        Process process = started(java, log.toAbsolutePath().getParent());
        try {
            Matcher[] named = new Matcher[1];
            Thread reader = new Thread(() -> named[0] = keep(process, log), "output of " + command.get(0));
            reader.start();
            boolean ended = process.waitFor(secondsMax, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            reader.join();
            Matcher violation = named[0];
            return new RungRun(
                    ended ? process.exitValue() : TOO_LONG,
                    violation == null ? null : violation.group(1),
                    violation == null ? null : violation.group(2),
                    (System.nanoTime() - began) / 1e9,
                    log);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command + " ran", e);
        } finally {
            process.destroyForcibly();
            RUNNING.remove(process);
        }
    }

    private static Process started(List<String> command, Path directory) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        RUNNING.add(process);
        if (ending) {
            // The hook may have looked before the process was there to be seen.
            process.destroyForcibly();
        }
        return process;
    }

    private static void endAll() {
        ending = true;
        RUNNING.forEach(Process::destroyForcibly);
    }

    /** Whether this program was told to end: then a rung that ended says nothing. */
    static boolean isEnding() {
        return ending;
    }

    /** Keeps what the process says, and returns the first violation that it tells. */
    private static @Nullable Matcher keep(Process process, Path log) {
        Matcher first = null;
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
                PrintWriter kept = new PrintWriter(Files.newBufferedWriter(log))) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                kept.println(line);
                Matcher violation = VIOLATION.matcher(line);
                if (first == null && violation.lookingAt()) {
                    first = violation;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("what a rung says cannot be kept in " + log, e);
        }
        return first;
    }

    boolean isSound() {
        return exitCode == 0 && invariant == null;
    }

    /**
     * Whether it caught something: the checker named an invariant, whichever comes first. That the program threw, or hung, is
     * not enough.
     */
    boolean caught() {
        return exitCode == 1 && invariant != null;
    }
}
