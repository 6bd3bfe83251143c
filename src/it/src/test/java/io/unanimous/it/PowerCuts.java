package io.unanimous.it;

import io.unanimous.sim.check.Observation.FaultsBegan;
import io.unanimous.sim.check.Observation.FaultsEnded;
import io.unanimous.sim.check.Violation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The rung that cuts the power under a coordinator's data directory. */
@Command(
        name = "powercuts",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        header = "Cuts the power under a coordinator's data directory, and checks that no told decision is lost.",
        description = {
            "",
            "The packaged daemon keeps its data directory on an ext4 file system of its own, on a loop device. While"
                    + " transactions between two participants run, the file system is shut down without flushing its journal"
                    + " (EXT4_IOC_SHUTDOWN): at random moments, right after an acknowledged commit, and again while the daemon"
                    + " recovers. Then it is mounted again, the daemon is started, and every outcome that a client or a"
                    + " participant was told is asked for again. The store must open, without HOLD.",
            "",
            "A control does the same to a coordinator that does not sync: it must lose an acknowledged decision, or this"
                    + " rung would prove nothing.",
            "",
            "Needs root, for mount. Where a mount or the shutdown is refused, says so and is skipped.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no violation, or skipped",
            "1:a violation, a store that did not open, or a control that lost nothing",
            "2:wrong command line"
        })
final class PowerCuts implements Callable<Integer> {

    private static final int IMAGE_MIB = 192;
    private static final int WORKERS = 6;
    private static final int TRANSACTIONS_PER_ROUND_MAX = 400;
    private static final int COMMITS_BEFORE_CUT_MAX = 60;
    private static final int CUT_DELAY_MS_MAX = 400;
    private static final int RECOVERY_MS_MAX = 1_500;
    private static final int CONTROL_ROUNDS_MAX = 5;
    private static final Duration FIRST_COMMITS_MAX = Duration.ofSeconds(30);
    private static final Duration STOPS_BY_ITSELF_MAX = Duration.ofSeconds(10);

    /** The daemon's exit code for a write of which nobody knows what reached the disk. */
    private static final int EXIT_FAULT = 70;

    @Option(names = "--cuts", paramLabel = "N", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
    private int cuts;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "target",
            description = "Where the data is kept meanwhile; /dev/shm spares the disk. Default: src/it/target.")
    private Path parent;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Chooses when each cut comes; what the machine makes of it is its own. Default: the time.")
    private Long seed;

    private SplittableRandom random;
    private Path directory;
    private final List<String> violations = new ArrayList<>();
    private int done;
    private int acknowledged;
    private int stoppedByThemselves;
    private final AtomicInteger[] byMoment = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};

    /** When the power is cut. */
    private enum Moment {
        AT_RANDOM("at random"),
        AFTER_ACKNOWLEDGED("right after an acknowledged commit"),
        IN_RECOVERY("during recovery");

        private final String text;

        Moment(String text) {
            this.text = text;
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new PowerCuts()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        long chosen = seed == null ? System.currentTimeMillis() : seed;
        random = new SplittableRandom(chosen);
        directory = TemporaryDirectory.create(parent, "powercuts");
        Optional<String> refused = probe();
        if (refused.isPresent()) {
            System.out.println("powercuts: skipped: " + refused.get());
            return CommandLine.ExitCode.OK;
        }
        System.out.println("powercuts: " + cuts + " cuts with --seed " + chosen);
        cutThePower();
        int lost = violations.isEmpty() ? loseWithoutSync() : 0;
        for (Moment moment : Moment.values()) {
            System.out.println("  " + byMoment[moment.ordinal()] + " cuts " + moment.text);
        }
        System.out.println("  " + stoppedByThemselves + " daemons noticed and ended by themselves, with " + EXIT_FAULT);
        violations.forEach(System.out::println);
        System.out.println("powercuts: cuts=" + done + " acknowledged=" + acknowledged + " violations="
                + violations.size() + " control_lost=" + lost);
        if (!violations.isEmpty() || lost == 0) {
            return CommandLine.ExitCode.SOFTWARE;
        }
        TemporaryDirectory.delete(directory);
        return CommandLine.ExitCode.OK;
    }

    /** Why the power cannot be cut here; empty where it can. */
    private Optional<String> probe() {
        try (LoopImage image = LoopImage.create(directory, "probe", 16);
                LoopImage.Cutter cutter = image.cutter()) {
            cutter.strike();
            cutter.awaitCut();
            return Optional.empty();
        } catch (SystemCommand.FailedException | AssertionError e) {
            return Optional.of(String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
        }
    }

    // ---- the cuts ---------------------------------------------------------------------------------------------------

    private void cutThePower() {
        Journal journal = new Journal();
        try (LoopImage image = LoopImage.create(directory, "image", IMAGE_MIB);
                DiskCoordinator coordinator = new DiskCoordinator();
                JournaledLoad load = new JournaledLoad(journal, coordinator.address(), directory.resolve("evidence"))) {
            Path data = image.path().resolve("data");
            start(coordinator, data);
            if (!coordinator.awaitReadyOrEnd()) {
                throw new IllegalStateException(
                        "the first start failed: " + coordinator.process().errors());
            }
            while (done < cuts && violations.isEmpty()) {
                journal.record(at -> new FaultsBegan(at, "faults"));
                cutUnderLoad(image, coordinator, load);
                while (done < cuts && random.nextInt(3) == 0) {
                    cutInRecovery(image, coordinator, data);
                }
                recover(image, coordinator, load, data, journal);
            }
            if (violations.isEmpty()) {
                System.out.println("after all cuts the coordinator was asked for " + load.askForAllCommits()
                        + " commits once more");
            }
            load.close();
            coordinator.kill9();
        }
        journal.finish().stream().map(Violation::toString).forEach(violations::add);
    }

    private void start(DiskCoordinator coordinator, Path data) {
        coordinator.start(data, "--disk-reserve", "1MiB", "--disk-low", "4MiB");
    }

    private void cutUnderLoad(LoopImage image, DiskCoordinator coordinator, JournaledLoad load) {
        Moment moment = random.nextBoolean() ? Moment.AT_RANDOM : Moment.AFTER_ACKNOWLEDGED;
        int commits = 1 + random.nextInt(COMMITS_BEFORE_CUT_MAX);
        int delayMs = random.nextInt(CUT_DELAY_MS_MAX);
        boolean killAtOnce = random.nextBoolean();
        try (LoopImage.Cutter cutter = image.cutter()) {
            strikeUnderLoad(load, cutter, moment == Moment.AFTER_ACKNOWLEDGED ? commits : 1, moment, delayMs);
            // What is answered from here on was recovered.
            int told = load.acknowledged();
            load.stop();
            if (!killAtOnce && coordinator.process().endsWithin(STOPS_BY_ITSELF_MAX)) {
                int code = coordinator.process().awaitExit(STOPS_BY_ITSELF_MAX);
                stoppedByThemselves++;
                if (code != EXIT_FAULT) {
                    violations.add("cut " + (done + 1) + ": the daemon ended with " + code + ", not " + EXIT_FAULT
                            + ": " + coordinator.process().errors());
                }
            }
            acknowledged += told;
            count(moment, told + " commits were acknowledged");
        }
        coordinator.kill9();
        image.unmount();
    }

    private static void strikeUnderLoad(
            JournaledLoad load, LoopImage.Cutter cutter, int commits, Moment moment, int delayMs) {
        AtomicInteger left = new AtomicInteger(commits);
        CountDownLatch reached = new CountDownLatch(1);
        load.begin(WORKERS, TRANSACTIONS_PER_ROUND_MAX, () -> {
            if (left.decrementAndGet() == 0) {
                if (moment == Moment.AFTER_ACKNOWLEDGED) {
                    cutter.strike();
                }
                reached.countDown();
            }
        });
        if (!within(reached, FIRST_COMMITS_MAX)) {
            throw new IllegalStateException(commits + " commits took longer than " + FIRST_COMMITS_MAX);
        }
        if (moment == Moment.AT_RANDOM) {
            within(new CountDownLatch(1), Duration.ofMillis(delayMs));
            cutter.strike();
        }
        cutter.awaitCut();
    }

    private void cutInRecovery(LoopImage image, DiskCoordinator coordinator, Path data) {
        image.mount();
        try (LoopImage.Cutter cutter = image.cutter()) {
            start(coordinator, data);
            int afterMs = random.nextInt(RECOVERY_MS_MAX);
            coordinator.process().endsWithin(Duration.ofMillis(afterMs));
            cutter.strike();
            cutter.awaitCut();
            count(Moment.IN_RECOVERY, afterMs + " ms after the start");
        }
        coordinator.kill9();
        image.unmount();
    }

    private void recover(LoopImage image, DiskCoordinator coordinator, JournaledLoad load, Path data, Journal journal) {
        image.mount();
        start(coordinator, data);
        if (!coordinator.awaitReadyOrEnd()) {
            violations.add("after cut " + done + " the store did not open: "
                    + coordinator.process().errors().strip());
            return;
        }
        journal.record(at -> new FaultsEnded(at, "faults"));
        load.settle();
        if (load.coordinatorHolds()) {
            violations.add("after cut " + done + " the daemon is in HOLD: " + coordinator.readyLine());
        }
        journal.violations().stream()
                .map(found -> "after cut " + done + ": " + found)
                .forEach(violations::add);
    }

    private void count(Moment moment, String what) {
        done++;
        byMoment[moment.ordinal()].incrementAndGet();
        System.out.println("cut " + done + "/" + cuts + " " + moment.text + ": " + what);
    }

    /** Waits for it, for so long at most; returns whether it came. */
    private static boolean within(CountDownLatch latch, Duration max) {
        try {
            return latch.await(max.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    // ---- the control ------------------------------------------------------------------------------------------------

    /** Cuts the power under a coordinator that does not sync; returns how many acknowledged commits were lost. */
    private int loseWithoutSync() {
        for (int round = 1; round <= CONTROL_ROUNDS_MAX; round++) {
            int lost = loseWithoutSync("control-" + round);
            System.out.println(
                    "control " + round + ": without its syncs the coordinator lost " + lost + " acknowledged commits");
            if (lost > 0) {
                return lost;
            }
        }
        return 0;
    }

    private int loseWithoutSync(String name) {
        Journal journal = new Journal();
        try (LoopImage image = LoopImage.create(directory, name, IMAGE_MIB);
                DiskCoordinator coordinator = new DiskCoordinator();
                JournaledLoad load =
                        new JournaledLoad(journal, coordinator.address(), directory.resolve(name + "-evidence"))) {
            Path data = image.path().resolve("data");
            coordinator.startUnsynced(data);
            coordinator.awaitReadyOrEnd();
            try (LoopImage.Cutter cutter = image.cutter()) {
                strikeUnderLoad(load, cutter, COMMITS_BEFORE_CUT_MAX, Moment.AFTER_ACKNOWLEDGED, 0);
                load.stop();
            }
            coordinator.kill9();
            List<String> told = load.toldCommitted();
            image.unmount();
            image.mount();
            start(coordinator, data);
            if (!coordinator.awaitReadyOrEnd()) {
                return told.size();
            }
            int lost =
                    (int) told.stream().filter(id -> !load.stillCommitted(id)).count();
            load.close();
            coordinator.kill9();
            return lost;
        }
    }
}
