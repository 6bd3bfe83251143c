package io.unanimous.bench.contender;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The server of a contender, as a process of its own. Its standard error goes to a file beside its data. It ends with this
 * process at the latest.
 */
public final class ServerProcess implements AutoCloseable {

    private static final int STOP_SECONDS = 20;

    private final String name;
    private final Path log;
    private final Process process;
    private final BufferedReader output;
    private final Thread endsWithUs;

    private ServerProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        endsWithUs = new Thread(process::destroyForcibly, "end " + name);
        Runtime.getRuntime().addShutdownHook(endsWithUs);
    }

    /** Starts a program. */
    public static ServerProcess start(String name, Path directory, List<String> command) throws IOException {
        return start(name, directory, command, Map.of());
    }

    /** Starts a program with more in its environment. */
    public static ServerProcess start(
            String name, Path directory, List<String> command, Map<String, String> environment) throws IOException {
        Files.createDirectories(directory);
        Path log = directory.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return new ServerProcess(name, log, builder.start());
    }

    /** Starts a main class on a class path of its own. */
    public static ServerProcess java(
            String name, Path directory, String classPath, List<String> jvmOptions, String main, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(arguments);
        return start(name, directory, command);
    }

    /** This process's own class path. */
    public static String ownClassPath() {
        return System.getProperty("java.class.path");
    }

    /** Reads its output up to a line. Throws IllegalStateException if it ends before. */
    public String awaitLine(Predicate<String> wanted) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (wanted.test(line)) {
                return line;
            }
        }
        throw new IllegalStateException(name + " has ended: " + lastWords());
    }

    /** What it said on standard error, and where that is. */
    public String lastWords() throws IOException {
        return Files.readString(log, StandardCharsets.UTF_8).strip() + " (" + log + ")";
    }

    /** Writes a line to its standard input, and reads its answer of one line. */
    public String ask(String question) throws IOException {
        process.getOutputStream().write((question + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return awaitLine(line -> true);
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Ends it as a crash would, and waits until it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Ends it, by force if it does not end by itself in time, and waits until it is gone. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            process.waitFor();
        }
        Runtime.getRuntime().removeShutdownHook(endsWithUs);
    }
}
