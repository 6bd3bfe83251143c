package io.unanimous.it;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The coordinator of a rung that maltreats its disk: the packaged daemon, on one address over all its lives. Between its
 * lives its data directory may be changed, or be another one.
 */
final class DiskCoordinator implements AutoCloseable {

    /** For the environment: a JVM that starts quickly. */
    static final String QUICK_START = "TX_COORDINATOR_OPTS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m";

    private static final Duration START_MAX = Duration.ofMinutes(3);
    private static final Duration ENDED_MAX = Duration.ofSeconds(5);
    private static final String READY = " ready: ";

    private final String address = Programs.freeAddress();
    private ChildProcess process;

    String address() {
        return address;
    }

    /** Starts the packaged daemon on a data directory, and returns without waiting. */
    void start(Path dataDir, String... options) {
        startUnder(List.of("env", QUICK_START), dataDir, options);
    }

    /** Starts the packaged daemon under another program, such as strace, that does not stand between it and its signals. */
    void startUnder(List<String> prefix, Path dataDir, String... options) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(Programs.packaged("tx-coordinator", "--data-dir", dataDir.toString(), "--listen", address));
        // A participant that was away is not waited for any longer than the rung takes to bring it back.
        command.addAll(List.of("--grace", "500ms", "--retry-max", "1s"));
        command.addAll(List.of(options));
        process = ChildProcess.start("tx-coordinator", command);
    }

    /** Starts the same daemon without its syncs: the control. */
    void startUnsynced(Path dataDir) {
        process = ChildProcess.start(
                "unsynced-coordinator",
                Programs.ownMain(UnsyncedCoordinatorMain.class, dataDir.toString(), "" + Programs.port(address)));
    }

    /** Waits until it serves or has ended; returns whether it serves. One that does neither is an error, with its threads. */
    boolean awaitReadyOrEnd() {
        try {
            process.awaitLine(line -> line.contains(READY), "that it is ready", START_MAX);
            return true;
        } catch (AssertionError notReady) {
            if (process.endsWithin(ENDED_MAX)) {
                return false;
            }
            // A JVM answers with what its threads are at, on standard output.
            SystemCommand.tryToRun("kill", "-QUIT", "" + process.pid());
            process.endsWithin(ENDED_MAX);
            throw new AssertionError(
                    process + " neither serves nor ends:\n" + String.join("\n", process.lines()), notReady);
        }
    }

    /** What it said on its line of readiness. */
    String readyLine() {
        return process.awaitLine(line -> line.contains(READY), "that it is ready", START_MAX);
    }

    ChildProcess process() {
        return process;
    }

    void kill9() {
        if (process != null) {
            process.kill9();
        }
    }

    @Override
    public void close() {
        kill9();
    }
}
