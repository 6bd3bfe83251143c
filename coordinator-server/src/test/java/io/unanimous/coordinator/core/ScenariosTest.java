package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Replays the transcripts in src/test/resources/scenarios: inputs, and everything that came of them.
 *
 * <p>{@code -Dscenarios.update=true} writes what comes now into the files. Read the difference before you keep it: each
 * line that changed is a promise that changed.
 */
class ScenariosTest {

    private static final Path SCENARIOS = Path.of("src/test/resources/scenarios");
    private static final boolean UPDATE = Boolean.getBoolean("scenarios.update");

    /** The rows of docs/hazards.md whose defence is in the core; the others are the log's, the edge's or the SDK's. */
    private static final List<Integer> HAZARDS_OF_THE_CORE = List.of(
            1, 4, 5, 6, 8, 9, 12, 13, 14, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 36, 38,
            39, 41, 43, 48, 50, 51, 52, 53, 54, 56, 57);

    @TestFactory
    Stream<DynamicTest> scenarios() throws IOException {
        return files().stream().map(file -> dynamicTest(name(file), () -> replay(file)));
    }

    private static void replay(Path file) throws IOException {
        String text = Files.readString(file);
        String played = ScenarioScript.play(text);
        if (UPDATE) {
            Files.writeString(file, played);
        } else {
            assertThat(played).isEqualTo(text);
        }
    }

    /** The coordinator is deterministic: the same inputs bring the same outputs, in one process and in the next. */
    @Test
    void theSameInputsBringTheSameOutputs() throws IOException {
        for (Path file : files()) {
            String text = Files.readString(file);
            assertThat(ScenarioScript.play(text)).as(name(file)).isEqualTo(ScenarioScript.play(text));
        }
    }

    /** A second replay of the same log, and a coordinator on it, says the same as the first. */
    @Test
    void replayBringsTheSameStateEveryTime() throws IOException {
        for (Path file : files()) {
            World world = ScenarioScript.worldAfter(Files.readString(file));
            List<String> lives = new ArrayList<>();
            for (int life = 0; life < 2; life++) {
                World replayed = new World(world.limits);
                replayed.log.putAll(world.log);
                replayed.wallMs = world.wallMs;
                Transcript transcript = new Transcript();
                StringBuilder said = new StringBuilder();
                said.append(transcript.lines(replayed.start(), 0));
                Input list = new Input.ListAsked(
                        new World.Caller("r"), new TransactionFilter(Set.of(), 0, "", false, false, ""), 100, null);
                said.append(transcript.lines(replayed.step(list), 0)).append(replayed.status());
                lives.add(said.toString());
            }
            assertThat(lives.get(1)).as(name(file)).isEqualTo(lives.get(0));
        }
    }

    @Test
    void everyScenarioSaysWhichRuleOrHazardItShows() throws IOException {
        for (Path file : files()) {
            String first = Files.readString(file).lines().findFirst().orElse("");
            assertThat(first).as(name(file)).matches("# (P\\d+|hazard \\d+)(, (P\\d+|hazard \\d+))*: .+");
        }
    }

    @Test
    void everyRuleAndHazardOfTheCoreHasAScenario() throws IOException {
        StringBuilder rules = new StringBuilder();
        for (Path file : files()) {
            String first = Files.readString(file).lines().findFirst().orElse("");
            rules.append(first, 0, Math.max(0, first.indexOf(':'))).append(", ");
        }
        // P12 is the XA adapter's, P13's shedding is the mailbox's.
        for (int rule : List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15)) {
            assertThat(rules).contains("P" + rule + ",");
        }
        for (int hazard : HAZARDS_OF_THE_CORE) {
            assertThat(rules).contains("hazard " + hazard + ",");
        }
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(SCENARIOS)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw new IOException("no scenarios at " + SCENARIOS.toAbsolutePath(), e);
        }
    }

    private static String name(Path file) {
        String path = SCENARIOS.relativize(file).toString();
        return path.substring(0, path.length() - ".txt".length());
    }
}
