package io.unanimous.it;

import io.unanimous.coordinator.runtime.CrashPoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A {@link CoordinatorProcessMain}, as its test sees it; it keeps its directory and address over restarts. */
final class CoordinatorProcess implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofSeconds(40);

    private final Path dataDir = DaemonProcess.freshDirectory("crash-table");
    private final String address = Programs.freeAddress();
    private Duration clockAhead = Duration.ZERO;
    private ChildProcess process;

    CoordinatorProcess() {
        start();
    }

    /** Starts it, and returns without waiting until it is ready. */
    void start(CrashPoint... armed) {
        List<String> arguments =
                new ArrayList<>(List.of(dataDir.toString(), "" + Programs.port(address), "" + clockAhead.toMillis()));
        for (CrashPoint point : armed) {
            arguments.add(point.name());
        }
        process = ChildProcess.start(
                "coordinator", Programs.ownMain(CoordinatorProcessMain.class, arguments.toArray(String[]::new)));
    }

    String address() {
        return address;
    }

    ChildProcess process() {
        return process;
    }

    void awaitReady() {
        process.awaitLine("ready"::equals, "ready", START_MAX);
    }

    void arm(CrashPoint point) {
        process.say("arm " + point);
        process.awaitLine(("armed " + point)::equals, "armed " + point, START_MAX);
    }

    /** Sets its wall clock, for this life and the next ones; the clock that durations come from runs on as it did. */
    void setClock(Duration ahead) {
        clockAhead = ahead;
        process.say("clock " + ahead.toMillis());
        process.awaitLine("clock set"::equals, "that its clock is set", START_MAX);
    }

    void kill9() {
        process.kill9();
    }

    @Override
    public void close() {
        process.close();
    }
}
