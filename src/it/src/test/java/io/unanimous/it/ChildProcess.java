package io.unanimous.it;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A process of a test. Its lines on standard output can be awaited; standard error goes to a file of its own.
 *
 * <p>None outlives the tests: what its test does not end, the end of this JVM does. Safe for use by many threads.
 */
final class ChildProcess implements AutoCloseable {

    private static final Duration DEATH_MAX = Duration.ofSeconds(20);
    private static final Path LOGS = Path.of("target", "it-logs");
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly), "end-child-processes"));
    }

    private final String name;
    private final Process process;
    private final Path errors;
    private final Writer stdin;
    private final Listener listener;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    /** Told what a process says; on the thread that reads its output. */
    interface Listener {

        Listener NOBODY = new Listener() {
            @Override
            public void line(String line) {}

            @Override
            public void ended() {}
        };

        /** It said a line on standard output. */
        void line(String line);

        /** It says no more. */
        void ended();
    }

    private ChildProcess(String name, Process process, Path errors, Listener listener) {
        this.name = name;
        this.process = process;
        this.errors = errors;
        this.listener = listener;
        stdin = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        Thread reader = new Thread(this::read, "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a process. Its environment is this one's, with JAVA_HOME naming the Java that the tests run on. */
    static ChildProcess start(String name, List<String> command) {
        return start(name, command, Listener.NOBODY);
    }

    /** The same, with a listener to its lines. */
    static ChildProcess start(String name, List<String> command, Listener listener) {
        try {
            Files.createDirectories(LOGS);
            Path errors = Files.createTempFile(LOGS, name + "-", ".log");
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            Process process = builder.start();
            ALIVE.add(process);
            return new ChildProcess(name, process, errors, listener);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
                listener.line(line);
            }
        } catch (IOException closed) {
            synchronized (lines) {
                lines.add("(output broke off: " + closed.getMessage() + ")");
            }
        } finally {
            synchronized (lines) {
                ended = true;
                lines.notifyAll();
            }
            listener.ended();
        }
    }

    /** Waits for a line on standard output, past or to come. */
    String awaitLine(Predicate<String> wanted, String what, Duration within) {
        long until = System.nanoTime() + within.toNanos();
        int seen = 0;
        synchronized (lines) {
            while (true) {
                for (; seen < lines.size(); seen++) {
                    if (wanted.test(lines.get(seen))) {
                        return lines.get(seen);
                    }
                }
                long leftMs = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (ended || leftMs <= 0) {
                    throw new AssertionError(name + (ended ? " ended" : " took longer than " + within)
                            + " without saying " + what + "; it said " + lines + "\n" + errors());
                }
                try {
                    lines.wait(leftMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted while waiting for " + what, e);
                }
            }
        }
    }

    /** Whether a line was said so far. */
    boolean hasSaid(Predicate<String> wanted) {
        synchronized (lines) {
            return lines.stream().anyMatch(wanted);
        }
    }

    /** Everything said on standard output so far. */
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Everything on standard error so far. */
    String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a line to its standard input. */
    void say(String line) {
        try {
            synchronized (stdin) {
                stdin.write(line);
                stdin.write('\n');
                stdin.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(name + " does not read: " + line, e);
        }
    }

    /** Kills it with SIGKILL and waits until it is gone. */
    void kill9() {
        process.destroyForcibly();
        awaitExit(DEATH_MAX);
    }

    /** Stops it with SIGSTOP, until {@link #goOn}. */
    void stop() {
        signal("STOP");
    }

    /** Lets it go on with SIGCONT. */
    void goOn() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid())).start();
            if (!kill.waitFor(DEATH_MAX.toMillis(), TimeUnit.MILLISECONDS) || kill.exitValue() != 0) {
                throw new AssertionError("SIG" + signal + " cannot be sent to " + this);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("SIG" + signal + " cannot be sent to " + this, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while sending SIG" + signal, e);
        }
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Waits for its end, and returns its exit code; all its output has been read by then. */
    int awaitExit(Duration within) {
        try {
            if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(
                        name + " still runs after " + within + "; it said " + lines() + "\n" + errors());
            }
            long until = System.nanoTime() + DEATH_MAX.toNanos();
            synchronized (lines) {
                while (!ended && until - System.nanoTime() > 0) {
                    lines.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the end of " + name, e);
        }
        ALIVE.remove(process);
        return process.exitValue();
    }

    /** Waits for its end, for so long at most; returns whether it has ended. */
    boolean endsWithin(Duration max) {
        try {
            return process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the end of " + name, e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Ends it, however it stands. */
    @Override
    public void close() {
        kill9();
    }

    @Override
    public String toString() {
        return name + " (" + process.pid() + ")";
    }
}
