package io.unanimous.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.coordinator.core.Vote;
import org.junit.jupiter.api.Test;

/** The explorer finds every state of a small scope, keeps to its bounds, and notices each duty that is neglected. */
class ExplorerTest {

    private static final long STATES_MAX = 2_000_000;

    private static final Scope CRASH = Scope.of("crash", 2)
            .voting(Vote.REFUSED, Vote.READ_ONLY)
            .allowing(Happening.COORDINATOR_CRASH, 1)
            .atMost(1);

    private static Exploration explore(Scope scope, Flaw flaw) {
        return new Explorer(scope, flaw, false).explore(STATES_MAX, () -> false, (states, depth, frontier) -> {});
    }

    @Test
    void everyStateOfASmallScopeIsMetAndKeepsEveryPromise() {
        Exploration found = explore(CRASH, Flaw.NONE);

        assertThat(found.counterexample()).isNull();
        assertThat(found.exhausted()).isTrue();
        assertThat(found.states()).isGreaterThan(1_000);
        assertThat(found.depth()).isGreaterThan(10);
    }

    @Test
    void oneScopeHasTheSameStatesOnEveryRun() {
        assertThat(explore(CRASH, Flaw.NONE)).isEqualTo(explore(CRASH, Flaw.NONE));
    }

    /** The table of coordinator states rests on portraits: two ways to one portrait must go on alike. */
    @Test
    void statesWithOnePortraitAnswerAlike() {
        Scope scope = Scope.of("all", 2)
                .voting(Vote.REFUSED)
                .allowing(Happening.COORDINATOR_CRASH, 1)
                .allowing(Happening.PARTICIPANT_CRASH, 1)
                .allowing(Happening.STREAM_LOSS, 1)
                .allowing(Happening.DUPLICATE, 1)
                .allowing(Happening.DEADLINE, 2)
                .allowing(Happening.OPERATOR, 1)
                .atMost(2);

        Exploration found =
                new Explorer(scope, Flaw.NONE, true).explore(20_000, () -> false, (states, depth, frontier) -> {});

        assertThat(found.counterexample()).isNull();
        assertThat(found.sizes()).contains("compared along two paths");
    }

    @Test
    void itEndsAtTheMostStatesThatItMayMeet() {
        Exploration found =
                new Explorer(CRASH, Flaw.NONE, false).explore(100, () -> false, (states, depth, frontier) -> {});

        assertThat(found.exhausted()).isFalse();
        assertThat(found.states()).isBetween(100L, 20_000L);
    }

    @Test
    void itEndsWhenItIsTold() {
        assertThat(new Explorer(CRASH, Flaw.NONE, false)
                        .explore(STATES_MAX, () -> true, (states, depth, frontier) -> {})
                        .exhausted())
                .isFalse();
    }

    // ---- a check that cannot fail proves nothing ------------------------------------------------------------------

    @Test
    void aDecisionToldBeforeItIsOnDiskIsFound() {
        Exploration.Counterexample found = counterexample(CRASH, Flaw.EFFECTS_BEFORE_SYNC);

        assertThat(found.invariant()).isEqualTo("A1");
        assertThat(found.text()).contains("no decision on disk");
        // Commit, two prepares, and two votes of which the second decides: no way is shorter.
        assertThat(found.steps()).hasSize(6);
        assertThat(found.steps().get(0)).isEqualTo("a client asks to commit");
        assertThat(found.steps().get(4)).contains("VoteReceived");
    }

    @Test
    void aVoteWithoutADurablePrepareIsFound() {
        Scope scope =
                Scope.of("deaths", 2).allowing(Happening.PARTICIPANT_CRASH, 1).atMost(1);

        assertThat(counterexample(scope, Flaw.PREPARE_NOT_DURABLE).invariant()).isEqualTo("A2");
        assertThat(explore(scope, Flaw.NONE).counterexample()).isNull();
    }

    @Test
    void aDiskThatLosesWhatItHasSyncedIsFound() {
        assertThat(counterexample(CRASH, Flaw.SYNC_NOT_DURABLE).text()).isNotEmpty();
    }

    @Test
    void workThatIsKeptAfterARefusedEnlistmentIsFound() {
        Scope scope = Scope.of("haste", 2)
                .fromEnlistment(false)
                .allowing(Happening.HASTE, 1)
                .atMost(1);

        assertThat(counterexample(scope, Flaw.REFUSED_WORK_KEPT).invariant()).isEqualTo("A2");
        assertThat(explore(scope, Flaw.NONE).counterexample()).isNull();
    }

    private static Exploration.Counterexample counterexample(Scope scope, Flaw flaw) {
        Exploration.Counterexample found = explore(scope, flaw).counterexample();
        if (found == null) {
            throw new AssertionError(flaw + " was not noticed");
        }
        return found;
    }
}
