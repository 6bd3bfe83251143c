package io.unanimous.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That processes of a run are seen to start and to end, and that none outlives it. */
final class ProcessesTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private RunDirectory run;

    @BeforeEach
    void create() throws Exception {
        run = RunDirectory.create();
    }

    @AfterEach
    void delete() {
        run.delete();
        assertThat(run.root()).doesNotExist();
    }

    /** A shell that bears the run's directory in its command line. */
    private ChildProcess shell(String script) {
        return ChildProcess.start(
                "child", run, List.of("sh", "-c", script, run.root().toString()));
    }

    @Test
    void theFirstLineOfAProcessSaysThatItIsReady() throws Exception {
        try (ChildProcess child = shell("echo ready 17; echo more; read end")) {
            assertThat(child.awaitFirstLine(LIMIT)).isEqualTo("ready 17");
            child.requireAlive();
        }
    }

    @Test
    void aProcessThatEndsByItselfIsAFailureThatShowsItsLastWords() {
        ChildProcess child = shell("echo no disk >&2; exit 3");
        assertThatThrownBy(() -> child.awaitFirstLine(LIMIT))
                .isInstanceOf(QuickstartFailure.class)
                .hasMessageContaining("child ended by itself, exit code 3")
                .hasMessageContaining(run.log("child").toString())
                .hasMessageContaining("no disk");
        assertThatThrownBy(child::requireAlive).isInstanceOf(QuickstartFailure.class);
    }

    @Test
    void aProcessThatWasKilledOnPurposeIsNoFailure() throws Exception {
        try (ChildProcess child = shell("read end")) {
            child.kill();
            child.requireAlive();
        }
    }

    @Test
    void aFrozenProcessStandsStillAndCanBeKilled() throws Exception {
        ChildProcess child = shell("echo ready; read end");
        child.awaitFirstLine(LIMIT);
        child.freeze();
        // A signal is under way for as long as the machine pleases.
        await().atMost(LIMIT).untilAsserted(() -> assertThat(stat(child)).contains(") T "));
        child.thaw();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(stat(child)).doesNotContain(") T "));
        child.freeze();
        child.kill();
    }

    private static String stat(ChildProcess child) throws Exception {
        return Files.readString(Path.of("/proc/" + child.pid() + "/stat"));
    }

    @Test
    void theSweeperEndsWhatIsLeftOfTheRunAndNothingElse() throws Exception {
        Sweeper sweeper = Sweeper.start(run);
        String stubborn = "trap '' TERM INT; read end";
        Process left = new ProcessBuilder("sh", "-c", stubborn, run.root().toString()).start();
        Process other = new ProcessBuilder("sh", "-c", stubborn, "another run").start();
        try {
            sweeper.close();
            assertThat(left.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void whatWasStartedIsEndedTheNewestFirstAndOnce() {
        List<String> ended = new ArrayList<>();
        Cleanup cleanup = new Cleanup();
        cleanup.add(() -> ended.add("first"));
        cleanup.add(() -> {
            throw new IllegalStateException("does not end");
        });
        cleanup.add(() -> ended.add("last"));
        cleanup.close();
        cleanup.close();
        assertThat(ended).containsExactly("last", "first");
    }

    @Test
    void whatIsStartedAfterTheEndIsEndedAtOnce() {
        List<String> ended = new ArrayList<>();
        Cleanup cleanup = new Cleanup();
        cleanup.close();
        assertThatThrownBy(() -> cleanup.add(() -> ended.add("late"))).isInstanceOf(QuickstartFailure.class);
        assertThat(ended).containsExactly("late");
    }
}
