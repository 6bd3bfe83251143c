package io.unanimous.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.offset;

import io.unanimous.bench.load.LevelReport;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    private static LevelReport report(int inFlight, double perSecond, double p50Us) {
        return report(inFlight, perSecond, p50Us, 0);
    }

    private static LevelReport report(int inFlight, double perSecond, double p50Us, double compiling) {
        return new LevelReport(inFlight, perSecond, p50Us, p50Us, p50Us, p50Us, compiling, Map.of(), "");
    }

    @Test
    void theMedianOfAnOddNumberIsTheMiddleOneAndOfAnEvenNumberTheMeanOfTwo() {
        assertThat(Spread.of(9, 1, 5)).isEqualTo(new Spread(5, 1, 9));
        assertThat(Spread.of(4, 1, 2, 9)).isEqualTo(new Spread(3, 1, 9));
        assertThat(Spread.of(10, 8, 12).percent()).isEqualTo(40, offset(1e-9));
        assertThatIllegalArgumentException().isThrownBy(Spread::of);
    }

    @Test
    void figuresAreByContenderAndLevel() {
        Figures figures = new Figures();
        figures.add("ours", report(64, 100, 5));
        figures.add("floor", report(64, 200, 4));
        figures.add("ours", report(1, 10, 2));
        figures.add("ours", report(64, 300, 7));
        assertThat(figures.contenders()).containsExactly("ours", "floor");
        assertThat(figures.of("ours")).extracting(Figures.Figure::inFlight).containsExactly(1, 64);
        assertThat(figures.of("ours", 64).orElseThrow().perSecond().median()).isEqualTo(200);
        assertThat(figures.of("ours", 64).orElseThrow().rounds()).isEqualTo(2);
        assertThat(figures.of("ours", 16)).isEmpty();
        assertThat(Tables.figures(figures)).contains("| ours                |        64 |      200 |   100% |");
    }

    @Test
    void aFigureDuringWhichTheCompilerStillWorkedIsWarnedOf() {
        Figures figures = new Figures();
        figures.add("ours", report(1, 10, 2, 0.02));
        figures.add("ours", report(64, 10, 2, 0.02));
        figures.add("ours", report(64, 10, 2, 0.34));
        assertThat(Tables.warnings(figures)).hasLineCount(1).contains("ours at 64 in flight", "34%", "--warmup");
        assertThat(Tables.figures(figures)).contains("|   2% |", "|  34% |");
    }

    @Test
    void targetsAreJudgedOnlyWhereBothSidesWereMeasured() {
        Figures figures = new Figures();
        figures.add("ours", report(64, 590, 5));
        figures.add("floor", report(64, 1_000, 4));
        figures.add("echo", report(64, 1_200, 4));
        Map<String, Target> targets =
                Target.of(figures).stream().collect(Collectors.toMap(Target::what, target -> target));
        assertThat(targets).containsOnlyKeys("throughput, ours / floor at 64", "throughput, floor / echo at 64");
        assertThat(targets.get("throughput, ours / floor at 64").reached()).isFalse();
        assertThat(targets.get("throughput, floor / echo at 64").reached()).isTrue();
        assertThat(Tables.targets(Target.of(figures))).contains(">=    0.60 |   0.59 | NO");
    }

    @Test
    void latencyTargetsAreUpperBoundsAndSeataCountsAtItsBest() {
        Figures figures = new Figures();
        figures.add("ours", report(1, 100, 300));
        figures.add("ours", report(64, 20_000, 5));
        figures.add("seata-sync", report(1, 100, 1_000));
        figures.add("seata-sync", report(16, 1_900, 1_000));
        Map<String, Target> targets =
                Target.of(figures).stream().collect(Collectors.toMap(Target::what, target -> target));
        assertThat(targets.get("p50, ours / seata-sync at 1").reached()).isTrue();
        assertThat(targets.get("throughput, ours at 64 / best of seata-sync").figure())
                .isEqualTo(20_000 / 1_900.0);
    }

    @Test
    void theBestOfNarayanasStoresCounts() {
        Figures figures = new Figures();
        figures.add("pg-ours", report(16, 1_200, 5));
        figures.add("pg-narayana", report(16, 700, 5));
        figures.add("pg-narayana-journal", report(16, 1_000, 5));
        figures.add("pg-narayana-aio", report(16, 900, 5));
        figures.add("pg-raw", report(16, 1_600, 5));
        assertThat(Target.of(figures))
                .extracting(Target::what)
                .containsExactly(
                        "throughput, pg-ours / pg-narayana-journal at 16", "throughput, pg-ours / pg-raw at 16");
        assertThat(Target.of(figures)).extracting(Target::reached).containsExactly(true, false);
    }

    @Test
    void everyTargetIsJudgedWhenAllContendersAreMeasured() {
        Figures figures = new Figures();
        for (Candidate candidate : Candidate.ALL) {
            for (int level : new int[] {1, 16, 64, 256, 1_024}) {
                figures.add(candidate.name(), report(level, 100, 5));
            }
        }
        assertThat(Target.of(figures)).hasSize(18);
    }

    @Test
    void theGuardHoldsAtItsRatioAndNotBelow() {
        Figures figures = new Figures();
        for (int level : Target.GUARD_LEVELS) {
            figures.add("floor", report(level, 100_000, 5));
        }
        figures.add("ours", report(64, (long) (100_000 * Target.GUARD_RATIO_MIN), 5));
        figures.add("ours", report(256, (long) (100_000 * Target.GUARD_RATIO_MIN) - 1, 5));
        assertThat(Target.guards(figures)).extracting(Target::reached).containsExactly(true, false);
    }

    @Test
    void aDirectoryInMemoryIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Disk.requireReal(Path.of("/dev/shm"), "tmpfs"))
                .withMessageContaining("Name a directory on a disk with --dir");
        Disk.requireReal(Path.of("/data"), "ext4");
    }
}
