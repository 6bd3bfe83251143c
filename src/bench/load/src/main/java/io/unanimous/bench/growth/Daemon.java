package io.unanimous.bench.growth;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.unanimous.bench.contender.ServerProcess;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.AdminServiceGrpc.AdminServiceBlockingStub;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.StateCount;
import io.unanimous.v1.TransactionState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The packaged daemon as a process of its own, and what can be seen of it from outside. */
final class Daemon implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("listen=(127\\.0\\.0\\.1:\\d+) .*unfinished=(\\d+)");
    private static final Pattern HISTOGRAM_TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)\\s*$");
    private static final Pattern WRITTEN = Pattern.compile("(?m)^write_bytes: (\\d+)$");
    private static final Pattern COLLECTOR = Pattern.compile("-XX:\\+Use(\\w+GC)\\b");
    private static final String RESERVE = "unanimous.reserve";
    private static final int CALL_SECONDS = 60;
    private static final int CLOSE_SECONDS = 5;
    private static final double NS_PER_SECOND = 1e9;

    private final ServerProcess process;
    private final Path data;
    private final String address;
    private final long unfinished;
    private final double readySeconds;
    private final ManagedChannel channel;

    private Daemon(ServerProcess process, Path data, Matcher ready, double readySeconds) {
        this.process = process;
        this.data = data;
        this.readySeconds = readySeconds;
        address = ready.group(1);
        unfinished = Long.parseLong(ready.group(2));
        channel = Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
                .build();
    }

    /**
     * Starts it on the store in {@code directory}, which it makes if there is none, and returns when it is ready.
     *
     * @param home the distribution's root
     * @param jvm options of its JVM beside those of its launcher
     * @param options of its command line beside the data directory and the address
     */
    static Daemon start(Path home, Path directory, List<String> jvm, List<String> options)
            throws IOException, InterruptedException {
        Path launcher = home.resolve("bin").resolve("tx-coordinator");
        if (!Files.isExecutable(launcher)) {
            throw new IllegalArgumentException(launcher + " is missing: run mvn -DskipTests package");
        }
        Path data = directory.resolve("data");
        List<String> command =
                new ArrayList<>(List.of(launcher.toString(), "--data-dir", data.toString(), "--listen", "127.0.0.1:0"));
        command.addAll(options);
        long beganNs = System.nanoTime();
        ServerProcess process = ServerProcess.start(
                "tx-coordinator", directory, command, Map.of("TX_COORDINATOR_OPTS", String.join(" ", jvm)));
        try {
            Matcher ready =
                    READY.matcher(process.awaitLine(line -> READY.matcher(line).find()));
            double readySeconds = (System.nanoTime() - beganNs) / NS_PER_SECOND;
            if (!ready.find()) {
                throw new IllegalStateException("the ready line names no address");
            }
            return new Daemon(process, data, ready, readySeconds);
        } catch (Throwable failed) {
            process.close();
            throw failed;
        }
    }

    String address() {
        return address;
    }

    /** Transactions that the log had left unfinished when it started. */
    long unfinished() {
        return unfinished;
    }

    /** From the start of its process until it said that it is ready. */
    double readySeconds() {
        return readySeconds;
    }

    AdminServiceBlockingStub admin() {
        return AdminServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    GetStatusResponse status() {
        return admin().getStatus(GetStatusRequest.getDefaultInstance());
    }

    /** Transactions in a state. */
    long in(TransactionState state) {
        return status().getCountsList().stream()
                .filter(count -> count.getState() == state)
                .mapToLong(StateCount::getCount)
                .sum();
    }

    /** A counter of its status; throws IllegalStateException for one that it does not have. */
    long counter(String name) {
        Long count = status().getCountersMap().get(name);
        if (count == null) {
            throw new IllegalStateException("the daemon has no counter " + name);
        }
        return count;
    }

    /** The bytes of the objects on its heap that are in use: a class histogram collects all garbage first. */
    long liveHeapBytes() throws IOException, InterruptedException {
        Matcher total = HISTOGRAM_TOTAL.matcher(diagnose("GC.class_histogram"));
        if (!total.find()) {
            throw new IllegalStateException("the class histogram has no total");
        }
        return Long.parseLong(total.group(1));
    }

    /** The name of its collector, as its JVM has it. */
    String collector() throws IOException, InterruptedException {
        Matcher collector = COLLECTOR.matcher(diagnose("VM.flags"));
        return collector.find() ? collector.group(1) : "an unknown collector";
    }

    private String diagnose(String command) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(process.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = jcmd.waitFor();
        if (code != 0) {
            throw new IllegalStateException("jcmd " + command + " failed with exit code " + code + ": " + answer);
        }
        return answer;
    }

    /** The bytes that it has caused to be written to disk, whole pages, as the kernel counts them. */
    long diskWrittenBytes() throws IOException {
        Matcher written = WRITTEN.matcher(Files.readString(Path.of("/proc/" + process.pid() + "/io")));
        if (!written.find()) {
            throw new IllegalStateException("the kernel does not count what a process writes");
        }
        return Long.parseLong(written.group(1));
    }

    /** The bytes of its data directory, without the reserve that it sets aside. */
    long dataBytes() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(path -> !path.endsWith(RESERVE))
                    .mapToLong(Daemon::size)
                    .sum();
        }
    }

    private static long size(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException deletedMeanwhile) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it as a crash would, and waits until it is gone. */
    void kill() throws InterruptedException {
        process.kill();
        close();
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow();
        var unused = channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        process.close();
    }
}
