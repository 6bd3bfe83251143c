package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.coordinator.runtime.CrashPoint;
import io.unanimous.it.CrashFault.Kind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CrashPlanTest {

    private static final long SEED = 5;

    @Test
    void everyPointComesFirstWhenThereAreCyclesForAll() {
        List<CrashFault> plan = CrashPlan.of(CrashPlan.POINTS, SEED, true);
        assertThat(plan).hasSize(CrashPlan.POINTS);
        assertThat(plan.stream().map(CrashFault::point).toList())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(CrashPoint.values(), io.unanimous.sdk.CrashPoint.values())
                                .flatMap(Stream::of)
                                .map(point -> (Enum<?>) point)
                                .toList());
    }

    @Test
    void aFewCyclesHaveSomeOfEach() {
        List<CrashFault> plan = CrashPlan.of(3, SEED, true);
        assertThat(plan).hasSize(3);
        assertThat(plan.get(0).coordinatorPoint()).isNotNull();
        assertThat(plan.get(1).participantPoint()).isNotNull();
        assertThat(plan.get(2).point()).isNull();
    }

    @Test
    void aLongRunHasEveryKindAndStrikesBothSidesAlike() {
        List<CrashFault> plan = CrashPlan.of(1_000, SEED, true);
        assertThat(plan).hasSize(1_000);
        assertThat(plan.stream().map(CrashFault::kind)).contains(Kind.values());
        assertThat(plan.stream().filter(CrashFault::coordinator).count()).isBetween(500L, 700L);
        assertThat(plan.stream().filter(CrashFault::participant).count()).isBetween(500L, 700L);
        assertThat(plan.stream().filter(fault -> fault.coordinator() && fault.participant()))
                .hasSizeGreaterThan(100);
    }

    @Test
    void theSameSeedGivesTheSamePlan() {
        assertThat(CrashPlan.of(100, SEED, true)).isEqualTo(CrashPlan.of(100, SEED, true));
        assertThat(CrashPlan.of(100, SEED, true)).isNotEqualTo(CrashPlan.of(100, SEED + 1, true));
    }

    @Test
    void noLinkIsCutWhereThatIsNotAllowed() {
        assertThat(CrashPlan.of(500, SEED, false).stream().map(CrashFault::kind))
                .contains(Kind.KILL, Kind.STOP)
                .doesNotContain(Kind.CUT);
    }
}
