package io.unanimous.it;

import static org.awaitility.Awaitility.await;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The packaged daemon as operators start it, with its data directory and address; both stay over restarts. */
final class DaemonProcess implements AutoCloseable {

    static final Duration START_MAX = Duration.ofSeconds(30);

    private final Path dataDir;
    private final String address;
    private final List<String> options;
    private ChildProcess process;
    private CoordinatorClient client;

    private DaemonProcess(Path dataDir, String address, List<String> options) {
        this.dataDir = dataDir;
        this.address = address;
        this.options = options;
    }

    /** Starts a daemon, and returns when it serves. */
    static DaemonProcess start(Path dataDir, String... options) {
        DaemonProcess daemon = new DaemonProcess(dataDir, Programs.freeAddress(), List.of(options));
        daemon.startAgain();
        return daemon;
    }

    /** Starts it on its directory and address, and returns when it serves. */
    void startAgain() {
        // A test's disk has better uses than a reserve.
        List<String> arguments =
                new ArrayList<>(List.of("--data-dir", dataDir.toString(), "--listen", address, "--disk-reserve", "0"));
        arguments.addAll(options);
        process = ChildProcess.start(
                "tx-coordinator", Programs.packaged("tx-coordinator", arguments.toArray(String[]::new)));
        client = new CoordinatorClient(address);
        try {
            await().alias("the daemon serves")
                    .atMost(START_MAX)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        if (!process.isAlive()) {
                            throw new AssertionError("the daemon ended: " + process.errors() + process.lines());
                        }
                        return client.health() == ServingStatus.SERVING;
                    });
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    String address() {
        return address;
    }

    Path dataDir() {
        return dataDir;
    }

    CoordinatorClient client() {
        return client;
    }

    ChildProcess process() {
        return process;
    }

    void kill9() {
        process.kill9();
        client.close();
    }

    /** Ends it as an operator would, and returns its exit code. */
    int stop() {
        process.terminate();
        int code = process.awaitExit(START_MAX);
        client.close();
        return code;
    }

    @Override
    public void close() {
        client.close();
        process.close();
    }

    /** A directory under target that nobody else uses; the data directory itself is for the daemon to create. */
    static Path freshDirectory(String name) {
        try {
            Path parent = Path.of("target", "it-data").toAbsolutePath();
            Files.createDirectories(parent);
            return Files.createTempDirectory(parent, name + "-").resolve("data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
