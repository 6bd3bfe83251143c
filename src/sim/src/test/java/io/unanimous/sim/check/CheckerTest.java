package io.unanimous.sim.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.sim.check.Observation.Command;
import io.unanimous.sim.check.Observation.Loss;
import io.unanimous.sim.check.Observation.Mark;
import io.unanimous.sim.check.Observation.Outcome;
import io.unanimous.sim.check.Observation.Verb;
import io.unanimous.sim.check.Observation.Vote;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** For each invariant histories that violate it, and near misses that are fine. */
class CheckerTest {

    private static List<Violation> check(List<Observation> lines) {
        Checker checker = new Checker();
        lines.forEach(checker::observe);
        checker.finish();
        return checker.violations();
    }

    private static void requireFine(History history) {
        assertThat(check(history.lines())).isEmpty();
    }

    /** Also when places are read one after the other, in any order of the places. */
    private static void requireViolated(History history, Invariant first, Invariant... others) {
        EnumSet<Invariant> expected = EnumSet.of(first, others);
        assertThat(invariants(check(history.lines()))).isEqualTo(expected);
        Random random = new Random(1);
        for (int shuffles = 0; shuffles < 20; shuffles++) {
            assertThat(invariants(check(placeByPlace(history, random)))).isEqualTo(expected);
        }
    }

    private static Set<Invariant> invariants(List<Violation> violations) {
        return violations.stream().map(Violation::invariant).collect(Collectors.toSet());
    }

    private static List<Observation> placeByPlace(History history, Random random) {
        List<String> places = new ArrayList<>(
                new TreeSet<>(history.lines().stream().map(Observation::where).toList()));
        Collections.shuffle(places, random);
        List<Observation> ordered = new ArrayList<>();
        for (String place : places) {
            history.lines().stream().filter(line -> line.where().equals(place)).forEach(ordered::add);
        }
        return ordered;
    }

    /** Decided and told, and not carried out yet. */
    private static History decided() {
        return new History().minted().yes("a").yes("b").commitAsked().told(Outcome.COMMITTED);
    }

    @Test
    void aTransferIsFineInAnyOrderOfPlaces() {
        History history = History.transfer().settled();
        requireFine(history);
        Random random = new Random(1);
        for (int shuffles = 0; shuffles < 50; shuffles++) {
            assertThat(check(placeByPlace(history, random))).isEmpty();
        }
    }

    @Test
    void aViolationNamesTheObservationsThatContradict() {
        assertThat(check(decided().told("asker", Outcome.ROLLED_BACK).lines()))
                .singleElement()
                .satisfies(violation -> assertThat(violation.toString())
                        .startsWith("A1 (no two different outcomes")
                        .contains("tx-1")
                        .contains("Told[")
                        .contains("COMMITTED")
                        .contains("where=asker")
                        .contains("ROLLED_BACK"));
    }

    @Nested
    class A1 {

        @Test
        void twoAskersAreToldDifferently() {
            requireViolated(decided().told("asker", Outcome.ROLLED_BACK), Invariant.A1);
        }

        @Test
        void oneBranchThatSaidYesIsRolledBackAndTheOtherCommitted() {
            requireViolated(
                    new History()
                            .minted()
                            .commitAsked()
                            .yes("a")
                            .yes("b")
                            .command("a", Command.COMMIT)
                            .command("b", Command.ROLLBACK),
                    Invariant.A1);
        }

        @Test
        void aBranchOutsideTheDecisionMayBeRolledBack() {
            requireFine(History.transfer()
                    .enlisted("c")
                    .votes("c", Vote.READ_ONLY)
                    .command("c", Command.ROLLBACK)
                    .command("never-enlisted", Command.ROLLBACK)
                    .settled());
        }
    }

    @Nested
    class A2 {

        @Test
        void committedWithoutAVote() {
            requireViolated(History.transfer().enlisted("c"), Invariant.A2);
        }

        @Test
        void committedOverARefusal() {
            requireViolated(History.transfer().enlisted("c").votes("c", Vote.REFUSED), Invariant.A2);
        }

        @Test
        void committedOverARefusalThatWasFollowedByAYes() {
            requireViolated(
                    new History()
                            .minted()
                            .commitAsked()
                            .enlisted("a")
                            .votes("a", Vote.REFUSED)
                            .prepared("a")
                            .votes("a", Vote.PREPARED)
                            .told(Outcome.COMMITTED),
                    Invariant.A2);
        }

        @Test
        void committedOnAVoteWithNothingDurableBehindIt() {
            requireViolated(
                    new History()
                            .minted()
                            .commitAsked()
                            .enlisted("a")
                            .votes("a", Vote.PREPARED)
                            .told(Outcome.COMMITTED),
                    Invariant.A2);
        }

        @Test
        void committedOnAVoteThatWasDurableOnlyLater() {
            requireViolated(
                    new History()
                            .minted()
                            .commitAsked()
                            .enlisted("a")
                            .votes("a", Vote.PREPARED)
                            .prepared("a")
                            .told(Outcome.COMMITTED),
                    Invariant.A2);
        }

        @Test
        void aBranchIsCommandedToCommitThatOnlyRead() {
            requireViolated(
                    History.transfer().enlisted("c").votes("c", Vote.READ_ONLY).command("c", Command.COMMIT),
                    Invariant.A2);
        }

        @Test
        void committedThoughNobodyAsked() {
            requireViolated(new History().minted().yes("a").commits("a"), Invariant.A2);
        }

        @Test
        void onePhaseForATransactionThatDoesNotAllowIt() {
            requireViolated(
                    new History()
                            .minted()
                            .enlisted("a")
                            .commitAsked()
                            .command("a", Command.COMMIT_ONE_PHASE)
                            .answersOnePhase("a", Outcome.COMMITTED)
                            .applied("a"),
                    Invariant.A2);
        }

        @Test
        void onePhaseForOneOfTwoBranches() {
            requireViolated(History.onePhase().enlisted("b"), Invariant.A2);
        }

        @Test
        void theAnswerOfOnePhaseIsNotTheOutcome() {
            requireViolated(
                    History.onePhase().answersOnePhase("a", Outcome.COMMITTED).told(Outcome.ROLLED_BACK), Invariant.A2);
        }

        @Test
        void aLostAnswerOfOnePhaseIsGuessed() {
            requireViolated(History.onePhase().applied("a").told(Outcome.COMMITTED), Invariant.A2);
        }

        @Test
        void unknownThoughItHasTwoPhases() {
            requireViolated(new History().minted().yes("a").commitAsked().told(Outcome.UNKNOWN), Invariant.A2);
        }

        @Test
        void aLostAnswerOfOnePhaseIsUnknown() {
            requireFine(History.onePhase().applied("a").told(Outcome.UNKNOWN).settled());
        }

        @Test
        void readOnlyCounts() {
            requireFine(
                    History.transfer().enlisted("c").votes("c", Vote.READ_ONLY).settled());
        }

        @Test
        void aLateRefusalChangesNothing() {
            requireFine(History.transfer().votes("a", Vote.REFUSED).settled());
        }

        @Test
        void aRefusalRollsBack() {
            requireFine(new History()
                    .minted()
                    .yes("a")
                    .enlisted("b")
                    .votes("b", Vote.REFUSED)
                    .commitAsked()
                    .command("a", Command.ROLLBACK)
                    .undone("a")
                    .told(Outcome.ROLLED_BACK)
                    .settled());
        }
    }

    @Nested
    class A3 {

        @Test
        void theSameAskerIsToldOtherwiseLater() {
            requireViolated(decided().told(Outcome.ROLLED_BACK), Invariant.A1, Invariant.A3);
        }

        @Test
        void evenOnceItIsOver() {
            Checker checker = new Checker();
            History.transfer().lines().forEach(checker::observe);
            checker.retire(History.TX);
            new History().told(Outcome.ROLLED_BACK).lines().forEach(checker::observe);
            assertThat(invariants(checker.violations())).containsExactly(Invariant.A3);
        }

        @Test
        void theSameAnswerAgainIsFine() {
            requireFine(History.transfer().told(Outcome.COMMITTED).told(Outcome.COMMITTED, Mark.HAZARD));
        }
    }

    @Nested
    class A4 {

        @Test
        void appliedTwice() {
            requireViolated(History.transfer().applied("a"), Invariant.A4);
        }

        @Test
        void appliedThoughRolledBack() {
            requireViolated(new History().minted().yes("a").applied("a").told(Outcome.ROLLED_BACK), Invariant.A4);
        }

        @Test
        void appliedThoughNobodyDecided() {
            requireViolated(new History().minted().yes("a").applied("a"), Invariant.A4);
        }

        @Test
        void undoneThoughCommitted() {
            requireViolated(
                    new History().minted().commitAsked().yes("a").undone("a").told(Outcome.COMMITTED), Invariant.A4);
        }

        @Test
        void committedButNeverApplied() {
            requireViolated(
                    new History()
                            .minted()
                            .commitAsked()
                            .yes("a")
                            .told(Outcome.COMMITTED)
                            .settled(),
                    Invariant.A4);
        }

        @Test
        void committedAndNotAppliedYet() {
            requireFine(new History().minted().commitAsked().yes("a").told(Outcome.COMMITTED));
        }

        @Test
        void aResourceActsOnItsOwnAndNobodyIsShown() {
            requireViolated(
                    new History()
                            .minted()
                            .commitAsked()
                            .yes("a")
                            .told(Outcome.COMMITTED)
                            .heuristic("a", false, true)
                            .undone("a")
                            .settled(),
                    Invariant.A4);
        }

        @Test
        void aResourceActsOnItsOwnAndItIsShown() {
            requireFine(new History()
                    .minted()
                    .commitAsked()
                    .yes("a")
                    .told(Outcome.COMMITTED)
                    .heuristic("a", false, true)
                    .undone("a")
                    .told(Outcome.COMMITTED, Mark.MIXED)
                    .settled());
        }
    }

    @Nested
    class A5 {

        @Test
        void moneyVanishes() {
            requireViolated(new History().total(100).total(95), Invariant.A5);
        }

        @Test
        void theTotalIsAsExpected() {
            requireFine(new History().total(100).total(100));
        }
    }

    @Nested
    class A6 {

        @Test
        void committedAndForgottenBeforeTheAcknowledgement() {
            requireViolated(
                    new History()
                            .minted()
                            .commitAsked()
                            .yes("a")
                            .command("a", Command.COMMIT)
                            .applied("a")
                            .notFound(),
                    Invariant.A6);
        }

        @Test
        void committedAndForgottenWellBeforeTheAcknowledgement() {
            requireViolated(
                    new History()
                            .minted()
                            .commitAsked()
                            .yes("a")
                            .notFound()
                            .command("a", Command.COMMIT)
                            .applied("a")
                            .acknowledged("a"),
                    Invariant.A6);
        }

        @Test
        void forgottenOnceAcknowledged() {
            requireFine(History.transfer().notFound().settled());
        }

        @Test
        void forgottenOnceResolved() {
            requireFine(new History()
                    .minted()
                    .commitAsked()
                    .yes("a")
                    .command("a", Command.COMMIT)
                    .overrides(History.TX, Verb.RESOLVE_BRANCH, "a")
                    .notFound()
                    .audit(new Observation.AuditEntry(History.TX, Verb.RESOLVE_BRANCH, "a", "because", "me"))
                    .settled());
        }
    }

    @Nested
    class A7 {

        @Test
        void inDoubtAfterTheBound() {
            requireViolated(
                    new History()
                            .at(1_000)
                            .faultsEnded()
                            .at(61_001)
                            .inDoubt(1, false)
                            .inDoubt(0, false),
                    Invariant.A7);
        }

        @Test
        void inDoubtInTheEnd() {
            requireViolated(new History().faultsEnded().inDoubt(1, false), Invariant.A7);
        }

        @Test
        void inDoubtWhenTheNextFaultsBegin() {
            requireViolated(
                    new History()
                            .faultsEnded()
                            .inDoubt(1, false)
                            .faultsBegan()
                            .faultsEnded()
                            .inDoubt(0, false),
                    Invariant.A7);
        }

        @Test
        void nobodyLooked() {
            requireViolated(new History().faultsEnded(), Invariant.A7);
        }

        @Test
        void inDoubtWithinTheBound() {
            requireFine(new History()
                    .at(1_000)
                    .faultsEnded()
                    .at(61_000)
                    .inDoubt(1, false)
                    .inDoubt(0, false));
        }

        @Test
        void heldForTheOperator() {
            requireFine(new History().at(1_000).faultsEnded().at(90_000).inDoubt(1, true));
        }
    }

    @Nested
    class A8 {

        @Test
        void anOverrideIsNotInTheTrail() {
            requireViolated(
                    new History()
                            .overrides("tx-2", Verb.RESOLVE_BRANCH, "a")
                            .audit(new Observation.AuditEntry("tx-2", Verb.RESOLVE_BRANCH, "b", "because", "me")),
                    Invariant.A8);
        }

        @Test
        void nobodyReadTheTrail() {
            requireViolated(new History().overrides("tx-2", Verb.ROLL_BACK, ""), Invariant.A8);
        }

        @Test
        void anOverrideIsInTheTrail() {
            requireFine(new History()
                    .overrides("tx-2", Verb.RESOLVE_BRANCH, "a")
                    .audit(new Observation.AuditEntry("tx-2", Verb.RESOLVE_BRANCH, "a", "because", "me")));
        }
    }

    @Nested
    class A9 {

        @Test
        void anIdIsMintedTwice() {
            requireViolated(new History().minted().minted(), Invariant.A9);
        }

        @Test
        void anEpochIsRunTwice() {
            requireViolated(new History().epoch("7", "n", "life 1").epoch("7", "n", "life 2"), Invariant.A9);
        }

        @Test
        void oneLifeShowsItsEpochToMany() {
            requireFine(new History().epoch("7", "n", "life 1").epoch("7", "n", "life 1"));
        }

        @Test
        void twoEpochsOfOneNumberAreToldApartByTheirNonce() {
            requireFine(new History().epoch("7", "n", "life 1").epoch("7", "m", "life 2"));
        }
    }

    /** Committed, then the decision is lost with the store, and the branch is told to roll back. */
    private static History tornApart(boolean provable) {
        return new History()
                .minted()
                .commitAsked()
                .yes("a")
                .told(Outcome.COMMITTED)
                .lost(Loss.COPIED, provable)
                .command("a", Command.ROLLBACK);
    }

    @Nested
    class Losing {

        @Test
        void aProvableLossExcusesNoSecondOutcome() {
            requireViolated(tornApart(true), Invariant.A1);
        }

        @Test
        void aReleasedHoldDoes() {
            requireFine(tornApart(true)
                    .overrides("evidence-1", Verb.RELEASE_HOLD, "")
                    .audit(new Observation.AuditEntry("evidence-1", Verb.RELEASE_HOLD, "", "because", "me")));
        }

        @Test
        void soDoesALossThatNothingProves() {
            requireFine(tornApart(false));
        }

        @Test
        void butNotForATransactionThatBeganLater() {
            History history = new History().at(1).lost(Loss.COPIED, false).at(5_000);
            requireViolated(
                    history.minted()
                            .commitAsked()
                            .yes("a")
                            .told(Outcome.COMMITTED)
                            .command("a", Command.ROLLBACK),
                    Invariant.A1);
        }

        @Test
        void whatWasLostMayStayInDoubtAndBeUnknown() {
            requireFine(new History()
                    .minted()
                    .commitAsked()
                    .yes("a")
                    .told(Outcome.COMMITTED)
                    .lost(Loss.EMPTIED, true)
                    .notFound()
                    .faultsEnded()
                    .inDoubt(1, true)
                    .settled());
        }
    }

    @Test
    void aRetiredTransactionIsJudgedWhole() {
        Checker checker = new Checker();
        new History()
                .minted()
                .commitAsked()
                .yes("a")
                .told(Outcome.COMMITTED)
                .lines()
                .forEach(checker::observe);
        checker.retire(History.TX);
        assertThat(invariants(checker.violations())).containsExactly(Invariant.A4);
    }
}
