package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.unanimous.coordinator.runtime.CrashPoint;
import io.unanimous.v1.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The packaged daemon's manners: how it starts, what it says, how it stops, and what it refuses to start on. */
final class DaemonProcessIT {

    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

    private final List<AutoCloseable> started = new ArrayList<>();

    @AfterEach
    void endAll() throws Exception {
        for (AutoCloseable process : started) {
            process.close();
        }
    }

    private <T extends AutoCloseable> T ending(T process) {
        started.add(process);
        return process;
    }

    private ChildProcess run(String... arguments) {
        return ending(ChildProcess.start("tx-coordinator", Programs.packaged("tx-coordinator", arguments)));
    }

    // ---- starting and stopping ----------------------------------------------------------------------------------

    /** Others may use the machine meanwhile: one start out of five has to show what the daemon can do. */
    @Test
    void startsOnAnEmptyDirectoryWithinTwoSeconds() throws IOException {
        long fastestMs = Long.MAX_VALUE;
        for (int i = 0; i < 5 && fastestMs >= 2_000; i++) {
            Path dataDir = DaemonProcess.freshDirectory("start");
            Files.createDirectory(dataDir);
            long began = System.nanoTime();
            ChildProcess daemon = run("--data-dir", dataDir.toString(), "--listen", "127.0.0.1:0");
            daemon.awaitLine(line -> line.contains(" ready: "), "that it is ready", ENDS_WITHIN);
            fastestMs = Math.min(fastestMs, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            daemon.close();
        }
        assertThat(fastestMs).as("ms until ready").isLessThan(2_000);
    }

    @Test
    void saysOnOneLineWhatItIsAndWhere() {
        Path dataDir = DaemonProcess.freshDirectory("line");
        ChildProcess daemon = run("--data-dir", dataDir.toString(), "--listen", "127.0.0.1:0");
        String line = daemon.awaitLine(said -> true, "anything", ENDS_WITHIN);
        assertThat(line)
                .startsWith("tx-coordinator ")
                .contains(" ready: listen=127.0.0.1:")
                .contains("data-dir=" + dataDir)
                .contains("hold=no");
        assertThat(daemon.lines()).hasSize(1);
    }

    @Test
    void stopsCleanlyOnSigterm() {
        DaemonProcess daemon = ending(DaemonProcess.start(DaemonProcess.freshDirectory("sigterm")));
        String id = daemon.client().begin();
        daemon.client().commit(id); // Without branches there is nothing to wait for.
        assertThat(daemon.stop()).as("exit code").isZero();
        assertThat(daemon.process().errors()).doesNotContain("Exception").doesNotContain("ERROR");
        daemon.startAgain();
        assertThat(daemon.client().outcome(id).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
    }

    @Test
    void servesOnlyWhenTheLogIsReadBackAndTheEpochIsOnDisk() {
        CoordinatorProcess coordinator = ending(new CoordinatorProcess());
        coordinator.awaitReady();
        for (CrashPoint point : List.of(
                CrashPoint.ON_REPLAY, CrashPoint.AFTER_REPLAY_BEFORE_EPOCH, CrashPoint.AFTER_EPOCH_BEFORE_READY)) {
            coordinator.kill9();
            coordinator.start(point);
            coordinator.process().awaitLine(("CRASHPOINT " + point)::equals, "that it holds at " + point, ENDS_WITHIN);
            try (CoordinatorClient client = new CoordinatorClient(coordinator.address())) {
                assertThat(client.health()).isEqualTo(ServingStatus.NOT_SERVING);
                CoordinatorClient.Refused refused = CoordinatorClient.refusalOf(client::begin);
                assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
                assertThat(refused.reason()).isEqualTo("NOT_READY");
            }
        }
        coordinator.kill9();
        coordinator.start();
        coordinator.awaitReady();
        try (CoordinatorClient client = new CoordinatorClient(coordinator.address())) {
            await().atMost(ENDS_WITHIN).until(() -> client.health() == ServingStatus.SERVING);
        }
    }

    // ---- refusing to start --------------------------------------------------------------------------------------

    /** It ends with this code, one line on standard error, nothing on standard output, and nothing changed. */
    private String assertRefuses(int code, Path watched, String... arguments) throws IOException {
        return assertRefuses(code, watched, Programs.packaged("tx-coordinator", arguments));
    }

    /** As {@link #assertRefuses(int, Path, String...)}, for a daemon that file permissions hold for, whoever runs the tests. */
    private String assertRefusesUnprivileged(int code, Path watched, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "only setpriv can take root's rights away");
            command.addAll(List.of("/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all"));
        }
        command.addAll(Programs.packaged("tx-coordinator", arguments));
        return assertRefuses(code, watched, command);
    }

    private String assertRefuses(int code, Path watched, List<String> command) throws IOException {
        Map<String, String> before = contents(watched);
        ChildProcess daemon = ending(ChildProcess.start("tx-coordinator", command));
        assertThat(daemon.awaitExit(ENDS_WITHIN)).as(daemon.errors()).isEqualTo(code);
        assertThat(daemon.lines()).isEmpty();
        List<String> said = daemon.errors().lines().toList();
        assertThat(said).as("one line").hasSize(1);
        assertThat(said.get(0)).startsWith("tx-coordinator: ").doesNotContain("Exception");
        assertThat(contents(watched)).as("nothing is changed").isEqualTo(before);
        return said.get(0);
    }

    /** Everything under a path, with the bytes of each file; a path that is not there has nothing. */
    private static Map<String, String> contents(Path path) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        if (!Files.exists(path)) {
            return contents;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.toList()) {
                contents.put(
                        path.relativize(file).toString(),
                        Files.isRegularFile(file) ? HexFormat.of().formatHex(Files.readAllBytes(file)) : "directory");
            }
        }
        return contents;
    }

    @Test
    void aSecondDaemonOnTheSameDirectoryIsRefused() throws IOException {
        DaemonProcess first = ending(DaemonProcess.start(DaemonProcess.freshDirectory("twice")));
        String said =
                assertRefuses(4, first.dataDir(), "--data-dir", first.dataDir().toString(), "--listen", "127.0.0.1:0");
        assertThat(said)
                .contains(first.dataDir().toString())
                .contains("" + first.process().pid());
        String id = first.client().begin();
        assertThat(first.client().commit(id).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
    }

    /** Also not by a daemon that would set a reserve aside, and where no daemon of this version has ever left its lock. */
    @Test
    void aDirectoryOfANewerFormatIsRefused() throws IOException {
        Path dataDir = stoppedStore("newer");
        makeNewer(dataDir);
        String said = assertRefuses(5, dataDir, "--data-dir", dataDir.toString(), "--listen", "127.0.0.1:0");
        assertThat(said).contains("format 2").contains("newer version");

        Files.delete(dataDir.resolve("unanimous.lock"));
        assertRefuses(5, dataDir, "--data-dir", dataDir.toString(), "--listen", "127.0.0.1:0");
    }

    private static void makeNewer(Path dataDir) throws IOException {
        Path label = dataDir.resolve("unanimous.store");
        String text = Files.readString(label);
        assertThat(text).startsWith("unanimous-store 1\n");
        Files.writeString(label, text.replace("unanimous-store 1\n", "unanimous-store 2\n"));
    }

    @Test
    void aPortInUseIsRefusedBeforeTheDirectoryIsTouched() throws IOException {
        Path dataDir = DaemonProcess.freshDirectory("port");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            String said = assertRefuses(3, dataDir, "--data-dir", dataDir.toString(), "--listen", address);
            assertThat(said).contains(address);
        }
        assertThat(dataDir).doesNotExist();
    }

    @Test
    void aPortInUseIsRefusedBeforeAStoreIsTouched() throws IOException {
        Path dataDir = stoppedStore("port-store");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertThat(assertRefuses(3, dataDir, "--data-dir", dataDir.toString(), "--listen", address))
                    .contains(address);
        }
    }

    /** Whoever starts it as another user than before, or has the disk mounted read-only. */
    @Test
    void aStoreThatMayNotBeWrittenToIsRefused() throws IOException {
        Path dataDir = stoppedStore("unwritable");
        List<Path> closed = List.of(dataDir, dataDir.resolve("records"));
        for (Path directory : closed) {
            Set<PosixFilePermission> open = Files.getPosixFilePermissions(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
            try {
                String said = assertRefusesUnprivileged(
                        6, dataDir, "--data-dir", dataDir.toString(), "--listen", "127.0.0.1:0");
                assertThat(said)
                        .contains("cannot be used")
                        .contains("permission")
                        .contains(directory.toString());
            } finally {
                Files.setPosixFilePermissions(directory, open);
            }
        }
    }

    /** Root may write nearly everywhere, so these are places that nobody can write to. */
    @Test
    void directoriesThatCannotBeUsedAreRefused() throws IOException {
        Path file = DaemonProcess.freshDirectory("file");
        Files.writeString(file, "no directory");
        assertThat(assertRefuses(6, file, "--data-dir", file.toString(), "--listen", "127.0.0.1:0"))
                .contains("is not a directory");

        Path orphan = DaemonProcess.freshDirectory("orphan").resolve("missing").resolve("deep");
        assertThat(assertRefuses(6, orphan, "--data-dir", orphan.toString(), "--listen", "127.0.0.1:0"))
                .contains("parent");

        Path foreign = DaemonProcess.freshDirectory("foreign");
        Files.createDirectory(foreign);
        Files.writeString(foreign.resolve("letters.txt"), "somebody's");
        assertThat(assertRefuses(6, foreign, "--data-dir", foreign.toString(), "--listen", "127.0.0.1:0"))
                .contains("letters.txt");

        Path readOnly = Path.of("/sys/unanimous");
        assertThat(assertRefuses(6, readOnly, "--data-dir", readOnly.toString(), "--listen", "127.0.0.1:0"))
                .contains("cannot be used");
    }

    @Test
    void aStoreThatHasLostItsRecordsIsRefused() throws IOException {
        Path dataDir = stoppedStore("lost");
        Files.move(dataDir.resolve("records"), dataDir.resolveSibling("records-elsewhere"));
        String said = assertRefuses(7, dataDir, "--data-dir", dataDir.toString(), "--listen", "127.0.0.1:0");
        assertThat(said).contains("records").contains("backup");
    }

    @Test
    void aWrongCommandLineIsRefused() {
        for (String[] wrong : new String[][] {
            {}, {"--data-dir", "x", "--listen", "nowhere"}, {"--data-dir", "x", "--no-such-option"},
        }) {
            ChildProcess daemon = run(wrong);
            assertThat(daemon.awaitExit(ENDS_WITHIN)).isEqualTo(2);
            assertThat(daemon.lines()).isEmpty();
            assertThat(daemon.errors()).isNotBlank().doesNotContain("\tat ");
        }
    }

    private static Path stoppedStore(String name) {
        try (DaemonProcess daemon = DaemonProcess.start(DaemonProcess.freshDirectory(name))) {
            daemon.client().commit(daemon.client().begin());
            assertThat(daemon.stop()).isZero();
            return daemon.dataDir();
        }
    }
}
