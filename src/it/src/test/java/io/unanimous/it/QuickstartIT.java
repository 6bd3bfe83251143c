package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The README's first command, as a process: that it ends well, and that nothing of it is left however it ends. */
final class QuickstartIT {

    private static final Duration RUN_MAX = Duration.ofMinutes(3);
    private static final Duration END_MAX = Duration.ofSeconds(30);
    private static final String IN_DIRECTORY = " in ";

    private ChildProcess started;

    @Test
    void itKillsRecoversAndLosesNothing() {
        ChildProcess quickstart = start(List.of(), "--transfers", "200");
        int status = quickstart.awaitExit(RUN_MAX);
        assertThat(status).as(output(quickstart)).isZero();
        List<String> lines = quickstart.lines();
        assertThat(lines.get(lines.size() - 1))
                .matches("quickstart: ok transfers=2\\d\\d killed_coordinator=1 killed_participant=1 in_doubt=0"
                        + " total=constant");
        assertNothingLeft(quickstart);
        assertThat(directoryOf(quickstart)).doesNotExist();
    }

    @Test
    void anInterruptFromTheTerminalLeavesNothing() throws Exception {
        // A terminal interrupts the whole group; setsid makes it one. In a build that runs in the background SIGINT
        // would be ignored from birth.
        ChildProcess quickstart = start(List.of("setsid", "env", "--default-signal=INT"));
        awaitTransfers(quickstart);
        assertThat(processesOf(directoryOf(quickstart))).hasSizeGreaterThan(5);
        signal("INT", -quickstart.pid());
        assertThat(quickstart.awaitExit(END_MAX)).as(output(quickstart)).isEqualTo(130);
        assertNothingLeft(quickstart);
        assertThat(directoryOf(quickstart)).doesNotExist();
        assertThat(quickstart.errors()).contains("quickstart: interrupted");
    }

    @Test
    void killedItselfItLeavesNothing() throws Exception {
        ChildProcess quickstart = start(List.of());
        awaitTransfers(quickstart);
        quickstart.kill9();
        assertNothingLeft(quickstart);
    }

    @Test
    void aStartThatFailsSaysWhatAndWhereAndLeavesNothing() {
        ChildProcess quickstart = start(List.of("env", "TX_COORDINATOR_OPTS=-XX:NoSuchOption"));
        assertThat(quickstart.awaitExit(RUN_MAX)).as(output(quickstart)).isEqualTo(1);
        Path logs = directoryOf(quickstart).resolve("logs");
        assertThat(quickstart.errors())
                .contains("quickstart: FAILED: tx-coordinator ended by itself, exit code 1")
                .contains("NoSuchOption")
                .contains("The logs are in " + logs);
        assertThat(logs.resolve("tx-coordinator.log")).exists();
        assertThat(quickstart.lines()).noneMatch(line -> line.startsWith("quickstart: ok"));
        assertNothingLeft(quickstart);
    }

    /** Also after a failed assertion; the directory of a run that ended badly is kept for its logs, and is not ours to keep. */
    @AfterEach
    void end() throws IOException {
        if (started == null) {
            return;
        }
        started.close();
        for (String line : started.lines()) {
            if (line.startsWith("Starting ")) {
                assertNothingLeft(started);
                delete(directoryOf(started));
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private ChildProcess start(List<String> before, String... arguments) {
        Path root = Programs.launcher("tx-admin").resolve("../../../../../..").normalize();
        List<String> command = new ArrayList<>(List.of("env", "UNANIMOUS_QUICKSTART_BUILD=no"));
        command.addAll(0, before);
        command.add(root.resolve("quickstart").toString());
        command.addAll(List.of(arguments));
        started = ChildProcess.start("quickstart", command);
        return started;
    }

    private static void awaitTransfers(ChildProcess quickstart) {
        quickstart.awaitLine(
                line -> line.matches("  [1-9]\\d* of .* transfers made.*"), "that it makes transfers", RUN_MAX);
    }

    /** What its first step names. */
    private static Path directoryOf(ChildProcess quickstart) {
        String line = quickstart.awaitLine(text -> text.startsWith("Starting "), "where it runs", RUN_MAX);
        return Path.of(line.substring(line.lastIndexOf(IN_DIRECTORY) + IN_DIRECTORY.length()));
    }

    private static void assertNothingLeft(ChildProcess quickstart) {
        Path directory = directoryOf(quickstart);
        await().alias("no process of " + directory)
                .atMost(END_MAX)
                .untilAsserted(() -> assertThat(processesOf(directory)).isEmpty());
    }

    /** The command lines that name the directory: every process of a run does, but for the quickstart itself. */
    private static List<String> processesOf(Path directory) {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                String command = commandOf(process);
                if (command.contains(directory.toString())) {
                    found.add(process.getFileName() + " " + command);
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String commandOf(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException gone) {
            return "";
        }
    }

    private static void signal(String signal, long process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process).start();
        assertThat(kill.waitFor()).isZero();
    }

    private static String output(ChildProcess quickstart) {
        return String.join("\n", quickstart.lines()) + "\n" + quickstart.errors();
    }
}
