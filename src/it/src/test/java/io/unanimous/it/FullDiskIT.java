package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.RequestRejectedException;
import io.unanimous.sim.check.Observation.FaultsBegan;
import io.unanimous.sim.check.Observation.FaultsEnded;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The packaged daemon on a disk that is really full. Needs a file system of its own, and so root; says why where it is
 * skipped.
 */
final class FullDiskIT {

    private static final Duration NOTICED_MAX = Duration.ofSeconds(20);
    private static final Duration ENDED_MAX = Duration.ofSeconds(40);
    private static final int IMAGE_MIB = 80;
    private static final int OPEN = 12;
    private static final int ROUNDS_MAX = 200;
    private static final int PER_ROUND = 100;
    private static final int PAYLOAD_BYTES = 4_000;
    private static final int[] CHUNKS_BYTES = {1 << 20, 64 << 10, 1 << 10, 1 << 10};
    private static final int EXIT_FAULT = 70;

    private final Journal journal = new Journal();
    private final DiskCoordinator coordinator = new DiskCoordinator();
    private LoopImage disk;
    private Path data;
    private JournaledLoad load;

    @BeforeEach
    void mountADisk() throws IOException {
        Path directory = DaemonProcess.freshDirectory("full-disk").getParent();
        try {
            // Without extents nothing can be set aside by fallocate, as RocksDB does for its log: full is full.
            disk = LoopImage.create(directory, "disk", IMAGE_MIB, "-O", "^extent,^64bit");
        } catch (SystemCommand.FailedException refused) {
            System.out.println("FullDiskIT is skipped: " + refused.getMessage());
            Assumptions.abort(refused.getMessage());
        }
        data = disk.path().resolve("data");
        load = new JournaledLoad(journal, coordinator.address(), directory.resolve("evidence"));
    }

    @AfterEach
    void unmountIt() {
        if (disk != null) {
            load.close();
            coordinator.close();
            disk.close();
        }
    }

    @Test
    void newWorkIsRefusedAndWhatHasBegunIsDecidedFromTheReserve() throws IOException {
        start();
        awaitReserve();
        List<GlobalTransaction> open = openSome();

        fill("first");
        awaitReserveGivenUp();

        RequestRejectedException refusal = awaitRefusal();
        assertThat(refusal.code()).isEqualTo("RESOURCE_EXHAUSTED");
        assertThat(refusal.reason()).isEqualTo("LOW_DISK_SPACE");
        open.forEach(load::commit);
        assertThat(load.toldCommitted())
                .containsAll(open.stream().map(GlobalTransaction::id).toList());

        // With room, work goes on without a restart.
        empty("first");
        await().atMost(NOTICED_MAX)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> {
                    try (GlobalTransaction tx = load.open()) {
                        load.commit(tx);
                        return true;
                    }
                });
        awaitReserve();
        load.settle();
        assertThat(journal.finish()).isEmpty();
    }

    @Test
    void aDecisionThatDoesNotFitStopsTheDaemonAndNothingToldIsLost() throws IOException {
        journal.record(at -> new FaultsBegan(at, "faults"));
        // Nothing is refused early here, and there is no reserve: the disk fills up under the daemon's feet.
        start("--disk-low", "0", "--disk-reserve", "0");
        load.begin(2, OPEN, () -> {});
        await().atMost(ENDED_MAX).until(load::idle);
        fill("all");
        load.enlistWith(PAYLOAD_BYTES);
        for (int i = 0; i < ROUNDS_MAX && coordinator.process().isAlive(); i++) {
            load.beginMore(4, PER_ROUND);
            await().atMost(ENDED_MAX)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> load.idle() || !coordinator.process().isAlive());
        }
        assertThat(coordinator.process().awaitExit(ENDED_MAX)).isEqualTo(EXIT_FAULT);
        int acknowledged = load.acknowledged();
        assertThat(acknowledged).isPositive();

        // On the full disk it does not start, and says why.
        coordinator.start(data, "--disk-low", "0", "--disk-reserve", "0");
        assertThat(coordinator.awaitReadyOrEnd()).isFalse();
        assertThat(coordinator.process().awaitExit(ENDED_MAX)).isEqualTo(1);
        assertThat(coordinator.process().errors()).contains("No space left on device");

        empty("all");
        start();
        journal.record(at -> new FaultsEnded(at, "faults"));
        load.settle();
        assertThat(load.askForAllCommits()).isGreaterThanOrEqualTo(acknowledged);
        assertThat(load.coordinatorHolds()).isFalse();
        assertThat(journal.finish()).isEmpty();
    }

    // ---- steps ------------------------------------------------------------------------------------------------------

    private void start(String... options) {
        coordinator.start(
                data, options.length == 0 ? new String[] {"--disk-low", "12MiB", "--disk-reserve", "8MiB"} : options);
        assertThat(coordinator.awaitReadyOrEnd())
                .as(coordinator.process().errors())
                .isTrue();
    }

    /** Begins transactions until one is refused. */
    private RequestRejectedException awaitRefusal() {
        long until = System.nanoTime() + NOTICED_MAX.toNanos();
        while (System.nanoTime() < until) {
            try (GlobalTransaction tx = load.open()) {
                load.commit(tx);
            } catch (RequestRejectedException refusal) {
                return refusal;
            }
        }
        throw new AssertionError("work is still taken on a full disk");
    }

    private List<GlobalTransaction> openSome() {
        List<GlobalTransaction> open = new ArrayList<>();
        for (int i = 0; i < OPEN; i++) {
            open.add(load.open());
        }
        return open;
    }

    private Path reserve() {
        return data.resolve("unanimous.reserve");
    }

    private void awaitReserve() {
        await().alias("the reserve is set aside")
                .atMost(NOTICED_MAX)
                .until(() -> Files.exists(reserve()) && Files.size(reserve()) == 8 << 20);
    }

    private void awaitReserveGivenUp() {
        await().alias("the reserve is given up").atMost(NOTICED_MAX).until(() -> !Files.exists(reserve()));
    }

    /** Writes a file until the disk takes not one more block. */
    private void fill(String name) throws IOException {
        try (FileChannel file =
                FileChannel.open(disk.path().resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int bytes : CHUNKS_BYTES) {
                fill(file, bytes);
                file.force(true);
            }
        }
    }

    private static void fill(FileChannel file, int bytes) {
        while (true) {
            try {
                file.write(ByteBuffer.allocate(bytes));
            } catch (IOException full) {
                assertThat(full).hasMessageContaining("No space left");
                return;
            }
        }
    }

    private void empty(String name) throws IOException {
        Files.delete(disk.path().resolve(name));
    }
}
