package io.unanimous.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.bench.load.LevelReport;
import io.unanimous.bench.load.WorkerReport;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundsTest {

    private final List<String> measured = new ArrayList<>();
    private final List<Map<String, String>> options = new ArrayList<>();
    private final Interruption interruption = Interruption.unarmed();

    private WorkerReport report(Candidate candidate) {
        measured.add(candidate.name());
        options.add(candidate.options());
        LevelReport level = new LevelReport(64, 100, 5, 5, 5, 5, 0, Map.of("fill", 2.5), "");
        return new WorkerReport(candidate.factory(), 2, 0, 1, List.of(level), 1, 0, 0, List.of(), List.of());
    }

    private Rounds run(Rounds.Measurement measurement, int count, String... names) throws Exception {
        Rounds rounds = new Rounds(measurement, interruption);
        try (Progress progress = new Progress(new PrintWriter(Writer.nullWriter()), count * names.length, 1)) {
            rounds.run(List.of(names).stream().map(Candidate::named).toList(), count, progress);
        }
        return rounds;
    }

    @Test
    void roundsAlternateBetweenContenders() throws Exception {
        Rounds rounds = run(this::report, 2, "ours", "floor");
        assertThat(measured).containsExactly("ours", "floor", "ours", "floor");
        assertThat(rounds.missing()).isEmpty();
        assertThat(rounds.figures().of("ours", 64).orElseThrow().rounds()).isEqualTo(2);
    }

    @Test
    void aContenderThatFailsIsLeftOutAndTheOthersAreMeasured() throws Exception {
        Rounds rounds = run(
                candidate -> {
                    if (candidate.name().equals("floor")) {
                        throw new IllegalStateException("the disk is full");
                    }
                    return report(candidate);
                },
                2,
                "ours",
                "floor",
                "echo");
        assertThat(measured).containsExactly("ours", "ours");
        assertThat(rounds.missing())
                .hasSize(4)
                .contains("round 1 of 2: floor failed: the disk is full")
                .anyMatch(missing -> missing.startsWith("round 1 of 2: echo was left out"))
                .anyMatch(missing -> missing.startsWith("round 2 of 2: floor was left out"));
        assertThat(rounds.figures().contenders()).containsExactly("ours");
    }

    @Test
    void anInterruptionEndsTheRoundsAndKeepsWhatWasMeasured() throws Exception {
        Rounds rounds = run(
                candidate -> {
                    if (measured.size() == 3) {
                        Thread signal = new Thread(interruption::request);
                        signal.start();
                        throw new IllegalStateException("ended with exit code 143");
                    }
                    return report(candidate);
                },
                3,
                "ours",
                "floor");
        interruption.close();
        assertThat(measured).containsExactly("ours", "floor", "ours");
        assertThat(rounds.missing())
                .containsExactly(
                        "round 2 of 3: floor was interrupted", "all after round 2 of 3: floor was not measured");
        assertThat(rounds.reports()).hasSize(3);
    }

    @Test
    void theEchoIsToldWhatTheFloorOfTheSameRoundHasNoted() throws Exception {
        run(this::report, 1, "floor", "echo");
        assertThat(options).containsExactly(Map.of(), Map.of("fill.64", "2.5"));
    }

    @Test
    void whatBeginsAfterAnInterruptionIsEndedAtOnce() {
        List<String> ended = new ArrayList<>();
        interruption.close();
        interruption.ends(() -> ended.add("first"));
        interruption.request();
        interruption.ends(() -> ended.add("second"));
        assertThat(ended).containsExactly("first", "second");
    }
}
