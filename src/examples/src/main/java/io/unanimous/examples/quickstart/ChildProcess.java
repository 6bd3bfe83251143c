package io.unanimous.examples.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process of the run. What it says goes to its log; its first line on standard output says that it is ready. */
final class ChildProcess implements AutoCloseable {

    private static final Duration END_MAX = Duration.ofSeconds(3);

    private final String name;
    private final Path log;
    private final Process process;
    private final CompletableFuture<String> firstLine = new CompletableFuture<>();
    private volatile boolean mayEnd;

    private ChildProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** Starts a process; its standard input ends when this process does. */
    static ChildProcess start(String name, RunDirectory run, List<String> command) {
        Path log = run.log(name);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            ChildProcess child = new ChildProcess(name, log, process);
            Thread reader = new Thread(child::copyOutput, name + "-output");
            reader.setDaemon(true);
            reader.start();
            return child;
        } catch (IOException e) {
            throw new QuickstartFailure("Cannot start " + name + " (" + command.get(0) + "): " + e.getMessage(), e);
        }
    }

    /** Waits for the first line on standard output, and returns it. */
    String awaitFirstLine(Duration limit) throws InterruptedException {
        try {
            return firstLine.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new QuickstartFailure(name + " is not ready after " + limit.toSeconds() + " s; see " + log, e);
        } catch (ExecutionException e) {
            throw new QuickstartFailure(describeEnd(), e);
        }
    }

    /** Fails if the process has ended and was not meant to. */
    void requireAlive() {
        if (!mayEnd && !process.isAlive()) {
            throw new QuickstartFailure(describeEnd());
        }
    }

    /** Ends the process as a power cut would: it gets to do nothing any more. */
    void kill() throws InterruptedException {
        mayEnd = true;
        process.destroyForcibly().waitFor();
    }

    /** Stops the process where it stands: its connections stay open, and it takes and says nothing. */
    void freeze() {
        signal("STOP");
    }

    /** Lets a frozen process go on. */
    void thaw() {
        signal("CONT");
    }

    long pid() {
        return process.pid();
    }

    /** Ends the process: by the end of its input and SIGTERM, and if it does not follow by kill -9. */
    @Override
    public void close() throws InterruptedException {
        mayEnd = true;
        process.destroy();
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            firstLine.completeExceptionally(e); // It has ended: there is nobody left to tell.
        }
        if (!process.waitFor(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid()).start();
            if (kill.waitFor() != 0) {
                throw new QuickstartFailure("Cannot send SIG" + signal + " to " + name);
            }
        } catch (IOException e) {
            throw new QuickstartFailure("Cannot send SIG" + signal + " to " + name + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuickstartFailure("Interrupted", e);
        }
    }

    private String describeEnd() {
        try {
            process.waitFor(END_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String code = process.isAlive() ? "its output ended" : "exit code " + process.exitValue();
        return name + " ended by itself, " + code + "; see " + log + lastLines();
    }

    private String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            List<String> last = lines.subList(Math.max(0, lines.size() - 5), lines.size());
            return last.isEmpty() ? "" : ", which ends with:\n    " + String.join("\n    ", last);
        } catch (IOException e) {
            return " (which cannot be read: " + e.getMessage() + ")";
        }
    }

    private void copyOutput() {
        try (BufferedReader output =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                Writer copy = Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                copy.write(line + "\n");
                copy.flush();
                firstLine.complete(line);
            }
            firstLine.completeExceptionally(new IOException("no line came"));
        } catch (IOException e) {
            firstLine.completeExceptionally(e);
        }
    }
}
