package io.unanimous.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Virtual time. */
final class ScheduleTest {

    private final Schedule schedule = new Schedule();
    private final Life life = new Life("a");
    private final List<String> done = new ArrayList<>();

    @Test
    void whatFallsOnTheSameMomentHappensInTheOrderOfPlanning() {
        schedule.in(5, life, () -> done.add("later"));
        schedule.in(1, life, () -> done.add("first"));
        schedule.in(1, life, () -> done.add("second"));
        run();
        assertThat(done).containsExactly("first", "second", "later");
    }

    @Test
    void whatWasPlannedEndsWithItsProcess() {
        schedule.in(1, life, () -> done.add("never"));
        life.end();
        run();
        assertThat(done).isEmpty();
    }

    @Test
    void aStoppedProcessCatchesUpInOrder() {
        long began = schedule.nowNanos();
        schedule.in(1, life, () -> done.add("first"));
        schedule.in(2, life, () -> done.add("second"));
        life.stopUntil(began + 100);
        run();
        assertThat(done).containsExactly("first", "second");
        assertThat(schedule.nowNanos()).isEqualTo(began + 100);
    }

    private void run() {
        while (schedule.step(Long.MAX_VALUE)) {
            // What happens, happens in the step.
        }
    }
}
