package io.unanimous.it;

import io.unanimous.it.SyscallPoint.Scenario;
import io.unanimous.sim.check.Observation.FaultsBegan;
import io.unanimous.sim.check.Observation.FaultsEnded;
import io.unanimous.sim.check.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** One run of one scenario in a directory of its own, with a coordinator under strace and a load beside it. */
final class SyscallRun implements AutoCloseable {

    private static final Duration STEP_MAX = Duration.ofSeconds(40);
    private static final int TRANSACTIONS = 6;
    private static final int COMMITS_BEFORE_KILL = 3;

    /** What the daemon's help documents, and a process killed by SIGKILL. */
    private static final Set<Integer> EXIT_CODES = Set.of(0, 1, 3, 4, 5, 6, 7, 70, 128 + 9);

    private final Path directory;
    private final Path data;
    private final Path trace;
    private final Scenario scenario;
    private final Journal journal = new Journal();
    private final DiskCoordinator coordinator = new DiskCoordinator();
    private final JournaledLoad load;
    private final List<String> violations = new ArrayList<>();
    private final List<String> story = new ArrayList<>();

    /**
     * How it went.
     *
     * @param hit whether the fault came
     * @param opened whether the store opened afterwards; else it refused
     * @param text the story in short
     */
    record Result(boolean hit, boolean opened, String text, List<String> violations) {}

    SyscallRun(Path directory, Scenario scenario) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.scenario = scenario;
        data = directory.resolve("data");
        trace = directory.resolve("trace");
        load = new JournaledLoad(journal, coordinator.address(), directory.resolve("evidence"));
    }

    /** Runs the scenario without a fault. */
    void countCalls() {
        run(List.of("-y", "-e", "trace=" + String.join(",", SyscallTrace.SYSCALLS)));
        if (!violations.isEmpty()) {
            throw new IllegalStateException("the dry run of " + scenario + " failed: " + violations);
        }
    }

    /** The calls that the run made on its data directory. */
    Map<SyscallTrace.Call, SyscallTrace.Count> calls() {
        return SyscallTrace.read(trace).calls(data.toString());
    }

    /** Runs the scenario with a fault, starts the coordinator again without, and checks. */
    Result hit(SyscallPoint point) {
        run(point.straceOptions(data.toString()));
        boolean hit = SyscallTrace.read(trace).hit();
        boolean opened = startAgain();
        if (opened) {
            journal.record(at -> new FaultsEnded(at, "faults"));
            load.settle();
            // What opened must also work.
            transact(2);
            load.settle();
            if (load.coordinatorHolds()) {
                violations.add("the coordinator is in HOLD: " + coordinator.readyLine());
            }
        }
        journal.finish().stream().map(Violation::toString).forEach(violations::add);
        return new Result(
                hit, opened, (hit ? "" : "not come to; ") + String.join("; ", story), List.copyOf(violations));
    }

    // ---- the scenario -----------------------------------------------------------------------------------------------

    private void run(List<String> traced) {
        journal.record(at -> new FaultsBegan(at, "faults"));
        boolean serves = true;
        switch (scenario) {
            case CREATE -> serves = startTraced(traced);
            case SERVE -> {
                startUntraced();
                attach(traced);
            }
            case RECOVER -> {
                startUntraced();
                killUnderLoad();
                serves = startTraced(traced);
            }
        }
        if (serves) {
            transact(TRANSACTIONS);
            coordinator.process().terminate();
        }
        end();
    }

    private void startUntraced() {
        coordinator.start(data, options());
        if (!coordinator.awaitReadyOrEnd()) {
            throw new IllegalStateException(
                    "the daemon does not start: " + coordinator.process().errors());
        }
    }

    /** Returns whether it came to serve. */
    private boolean startTraced(List<String> traced) {
        List<String> prefix = new ArrayList<>(List.of(
                // The tracer is the grandchild: signals and exit codes are the daemon's own.
                "strace", "-D", "-f", "-q", "-o", trace.toString()));
        prefix.addAll(traced);
        prefix.addAll(List.of("env", DiskCoordinator.QUICK_START));
        coordinator.startUnder(prefix, data, options());
        return coordinator.awaitReadyOrEnd();
    }

    private static String[] options() {
        return new String[] {"--disk-reserve", "1MiB", "--disk-low", "4MiB"};
    }

    private void attach(List<String> traced) {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "exec strace \"$@\" 2>&1", "strace", "-f", "-o", trace.toString()));
        command.addAll(traced);
        command.addAll(List.of("-p", "" + coordinator.process().pid()));
        ChildProcess tracer = ChildProcess.start("strace", command);
        tracer.awaitLine(line -> line.contains(" attached"), "that it is attached", STEP_MAX);
    }

    private void killUnderLoad() {
        CountDownLatch reached = new CountDownLatch(COMMITS_BEFORE_KILL);
        load.begin(2, TRANSACTIONS, reached::countDown);
        try {
            if (!reached.await(STEP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(COMMITS_BEFORE_KILL + " commits took longer than " + STEP_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        load.stop();
        coordinator.kill9();
    }

    /** Runs transactions one after the other, until all are answered or the coordinator ends. */
    private void transact(int count) {
        load.beginMore(1, count);
        try {
            Awaitility.await()
                    .atMost(STEP_MAX)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> load.idle() || !coordinator.process().isAlive());
        } catch (ConditionTimeoutException e) {
            violations.add("the daemon neither ends nor answers: "
                    + coordinator.process().errors());
        }
        load.stop();
    }

    private void end() {
        if (!coordinator.process().endsWithin(STEP_MAX)) {
            violations.add("the daemon was told to end and does not: "
                    + coordinator.process().errors());
            coordinator.kill9();
        }
        int code = coordinator.process().awaitExit(STEP_MAX);
        story.add("ended with " + code);
        requireClear(code);
        long pid = coordinator.process().pid();
        Awaitility.await()
                .alias("the trace's end")
                .atMost(STEP_MAX)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> SyscallTrace.read(trace).isComplete(pid));
    }

    private boolean startAgain() {
        coordinator.start(data, options());
        boolean serves = coordinator.awaitReadyOrEnd();
        if (serves) {
            story.add("opened");
        } else {
            int code = coordinator.process().awaitExit(STEP_MAX);
            story.add("refused with " + code + ": "
                    + coordinator.process().errors().strip());
            requireClear(code);
        }
        return serves;
    }

    private void requireClear(int code) {
        String said = coordinator.process().errors().strip();
        if (!EXIT_CODES.contains(code)) {
            violations.add("exit code " + code + " is not documented; it said " + said);
        } else if (code != 0 && code != 128 + 9 && said.isEmpty()) {
            violations.add("it ended with " + code + " without a word");
        }
    }

    /** Deletes the directory. */
    void delete() throws IOException {
        close();
        TemporaryDirectory.delete(directory);
    }

    @Override
    public void close() {
        coordinator.close();
        load.close();
    }
}
