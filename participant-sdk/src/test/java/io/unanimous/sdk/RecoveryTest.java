package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.BranchAnswer;
import io.unanimous.v1.BranchOutcome;
import io.unanimous.v1.Command;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Heartbeat;
import io.unanimous.v1.Inquire;
import io.unanimous.v1.InquiryKind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** How branches that nobody works at find their outcome. */
final class RecoveryTest {

    private static final UnaryOperator<ClientOptions.Builder> PATIENT =
            options -> options.silenceMax(Duration.ofMinutes(10));

    @Test
    void aBranchThatAScanFindsIsEndedAsTheCoordinatorAnswers() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.answer(bench.foreignBranch(1), BranchAnswer.BRANCH_ANSWER_COMMIT);
            bench.answer(bench.foreignBranch(2), BranchAnswer.BRANCH_ANSWER_ROLLBACK);
            bench.answer(bench.foreignBranch(3), BranchAnswer.BRANCH_ANSWER_IN_PROGRESS);
            bench.answer(bench.foreignBranch(4), BranchAnswer.BRANCH_ANSWER_LEAVE);
            assertThat(bench.resource.calls).containsExactly("commit 1", "rollback 2");
            assertThat(bench.resource.contexts).allMatch(BranchContext::afterRestart);
            assertThat(bench.acks().get(0).getCommand()).isEqualTo(Command.COMMAND_COMMIT);
            assertThat(bench.acks().get(1).getCommand()).isEqualTo(Command.COMMAND_ROLLBACK);
        }
    }

    @Test
    void theScanLeavesOutWhatIsAtWorkHere() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId mine = bench.prepared(1);
            bench.resource.prepared.add(mine);
            bench.resource.prepared.add(bench.foreignBranch(2));
            assertThat(rescan(bench)).containsExactly(Wire.branch(bench.foreignBranch(2)));
        }
    }

    /**
     * The coordinator crashed and has forgotten the transaction, and outcomes were pruned since: it answers what is asked
     * without a position by SCAN_AGAIN. A scan that left the branch out as being at work here would never end that.
     */
    @Test
    void theScanTellsABranchThatHasWaitedTooLong() {
        try (ParticipantBench bench = ParticipantBench.welcomed(PATIENT)) {
            BranchId mine = bench.prepared(1);
            bench.resource.prepared.add(mine);
            bench.pass(Duration.ofSeconds(11));
            assertThat(rescan(bench)).containsExactly(Wire.branch(mine));
        }
    }

    /** What never voted was never committed: nothing that was pruned since can be about it. */
    @Test
    void aBranchThatIsInWorkTooLongIsAskedAboutWithThePositionOfTheMoment() {
        try (ParticipantBench bench = ParticipantBench.welcomed(PATIENT)) {
            BranchId active = bench.active(1);
            bench.prepared(2);
            bench.pass(Duration.ofSeconds(70));
            List<Inquire> overdue = bench.inquiries(InquiryKind.INQUIRY_KIND_OVERDUE);
            assertThat(overdue)
                    .filteredOn(inquire -> inquire.getBranchesList().contains(Wire.branch(active)))
                    .isNotEmpty()
                    .allMatch(inquire -> inquire.getAsOf().equals(Ids.position(5, 101)))
                    .allMatch(inquire -> inquire.getBranchesCount() == 1);
            assertThat(overdue)
                    .filteredOn(inquire -> !inquire.getBranchesList().contains(Wire.branch(active)))
                    .isNotEmpty()
                    .noneMatch(Inquire::hasAsOf);
        }
    }

    /** What refused is in no scan: answered by nothing but SCAN_AGAIN, its work would hold its locks for ever. */
    @Test
    void aBranchThatRefusedIsAskedAboutWithThePositionOfTheMoment() {
        try (ParticipantBench bench = ParticipantBench.welcomed(PATIENT)) {
            bench.resource.onPrepare = () -> Ballot.refused("the connection was lost");
            BranchId refused = bench.active(1);
            bench.prepare(refused, 1);
            bench.pass(Duration.ofSeconds(30));
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_OVERDUE))
                    .isNotEmpty()
                    .allMatch(inquire -> inquire.getBranchesList().equals(List.of(Wire.branch(refused))))
                    .allMatch(inquire -> inquire.getAsOf().equals(Ids.position(5, 101)));
        }
    }

    @Test
    void aBranchThatPreparesAfterTheScanPassedIsInTheLiveReport() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.environment.holdWorkers();
            bench.prepare(branch, 1);
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.pass(Duration.ofSeconds(1));
            assertThat(bench.environment.workWaiting())
                    .as("the prepare and the scan")
                    .isEqualTo(2);
            bench.environment.work(1);
            bench.welcome();
            bench.environment.releaseWorkers();
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_LIVE).get(0).getBranchesList())
                    .containsExactly(Wire.branch(branch));
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN).get(0).getBranchesList())
                    .isEmpty();
            assertThat(bench.votes()).hasSize(1);
        }
    }

    @Test
    void aBranchThatEndedWhileTheScanRanIsNotAskedAbout() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.resource.prepared.add(branch);
            bench.environment.holdWorkers();
            bench.handle.resourceReconnected();
            bench.environment.settle();
            bench.commit(branch, 1);
            // The scan has begun and passed the branch; the commit overtakes its end.
            bench.environment.work(1);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
            bench.environment.releaseWorkers();
            List<Inquire> scans = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN);
            assertThat(scans.get(scans.size() - 1).getBranchesList()).isEmpty();
        }
    }

    @Test
    void aBranchThatAScanFindsAfterItsRollbackIsAskedAboutAndRolledBackOnceMore() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.rollback(branch, 1);
            // The resource finishes the prepare of a dead session late.
            bench.pass(Duration.ofSeconds(1));
            bench.resource.prepared.add(branch);
            assertThat(rescan(bench)).containsExactly(Wire.branch(branch));
            bench.answer(branch, BranchAnswer.BRANCH_ANSWER_ROLLBACK);
            assertThat(bench.resource.calls).containsExactly("rollback 1", "rollback 1");
            assertThat(bench.resource.lastContext().afterRestart()).isTrue();
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
        }
    }

    @Test
    void scansRepeatForEver() {
        try (ParticipantBench bench = ParticipantBench.welcomed(PATIENT)) {
            bench.pass(Duration.ofMinutes(5));
            assertThat(bench.resource.scans).isBetween(4, 11);
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN)).hasSize(bench.resource.scans);
        }
    }

    @Test
    void aFailedScanIsNoScanAndIsTriedAgain() {
        try (ParticipantBench bench = ParticipantBench.welcomed(PATIENT)) {
            bench.resource.prepared.add(bench.foreignBranch(1));
            bench.resource.onScan = () -> {
                throw new IOException("half-way");
            };
            int scans = bench.resource.scans;
            int reports = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN).size();
            bench.handle.resourceReconnected();
            bench.pass(Duration.ofSeconds(20));
            assertThat(bench.resource.scans).isGreaterThan(scans + 3);
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN)).hasSize(reports);
            bench.resource.onScan = () -> null;
            bench.pass(Duration.ofSeconds(31));
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN)).hasSize(reports + 1);
        }
    }

    @Test
    void anAnswerToScanAgainIsFollowedByANewScan() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            int scans = bench.resource.scans;
            bench.answer(bench.foreignBranch(1), BranchAnswer.BRANCH_ANSWER_SCAN_AGAIN);
            assertThat(bench.resource.scans).isEqualTo(scans + 1);
        }
    }

    /** A scan that knew no more than the one before would be asked for again, for ever and at full speed. */
    @Test
    void theScanThatFollowsKnowsTheNumberThatItWasAskedForWith() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.send(CoordinatorMessage.newBuilder()
                    .setOutcome(BranchOutcome.newBuilder()
                            .setBranch(Wire.branch(bench.foreignBranch(1)))
                            .setEpoch(5)
                            .setLogNumber(283)
                            .setAnswer(BranchAnswer.BRANCH_ANSWER_SCAN_AGAIN)));
            List<Inquire> scans = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN);
            assertThat(scans.get(scans.size() - 1).getAsOf()).isEqualTo(Ids.position(5, 283));
        }
    }

    @Test
    void aScanAskedForInALowerEpochIsNotMade() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            int scans = bench.resource.scans;
            bench.send(CoordinatorMessage.newBuilder()
                    .setOutcome(BranchOutcome.newBuilder()
                            .setBranch(Wire.branch(bench.foreignBranch(1)))
                            .setEpoch(4)
                            .setLogNumber(283)
                            .setAnswer(BranchAnswer.BRANCH_ANSWER_SCAN_AGAIN)));
            assertThat(bench.resource.scans).isEqualTo(scans);
        }
    }

    @Test
    void manyAnswersToScanAgainAreFollowedByOneScan() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            int scans = bench.resource.scans;
            CoordinatorMessage[] answers = new CoordinatorMessage[100];
            for (int i = 0; i < answers.length; i++) {
                answers[i] = CoordinatorMessage.newBuilder()
                        .setOutcome(BranchOutcome.newBuilder()
                                .setBranch(Wire.branch(bench.foreignBranch(i)))
                                .setEpoch(5)
                                .setAnswer(BranchAnswer.BRANCH_ANSWER_SCAN_AGAIN))
                        .build();
            }
            bench.coordinator.participant().send(answers);
            bench.environment.settle();
            assertThat(bench.resource.scans).isBetween(scans + 1, scans + 2);
        }
    }

    @Test
    void theReportCarriesThePositionKnownBeforeTheScanBegan() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.environment.holdWorkers();
            bench.handle.resourceReconnected();
            bench.environment.settle();
            bench.send(CoordinatorMessage.newBuilder()
                    .setHeartbeat(Heartbeat.newBuilder().setPosition(Ids.position(5, 500))));
            bench.environment.releaseWorkers();
            List<Inquire> scans = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN);
            assertThat(scans.get(0).hasAsOf())
                    .as("none was known before the first")
                    .isFalse();
            assertThat(scans.get(scans.size() - 1).getAsOf()).isEqualTo(Ids.position(5, 100));
        }
    }

    @Test
    void reportsAreCutIntoPagesWithAnExplicitEnd() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            for (int i = 0; i < 2_049; i++) {
                bench.resource.prepared.add(bench.foreignBranch(i));
            }
            int before = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN).size();
            bench.handle.resourceReconnected();
            bench.environment.settle();
            List<Inquire> pages = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN).subList(before, before + 3);
            assertThat(pages).extracting(Inquire::getBranchesCount).containsExactly(1_024, 1_024, 1);
            assertThat(pages).extracting(Inquire::getLast).containsExactly(false, false, true);
            assertThat(pages)
                    .extracting(Inquire::getReportId)
                    .containsOnly(pages.get(0).getReportId());
        }
    }

    @Test
    void aFullPageIsTheLastOneWhenNothingFollows() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            for (int i = 0; i < 1_024; i++) {
                bench.resource.prepared.add(bench.foreignBranch(i));
            }
            int before = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN).size();
            bench.handle.resourceReconnected();
            bench.environment.settle();
            List<Inquire> scans = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN);
            assertThat(scans).hasSize(before + 1);
            assertThat(scans.get(before).getLast()).isTrue();
        }
    }

    @Test
    void aPreparedBranchWithoutAnOutcomeIsAskedAboutAgainAndAgain() {
        try (ParticipantBench bench = ParticipantBench.welcomed(PATIENT)) {
            BranchId branch = bench.prepared(1);
            bench.pass(Duration.ofMillis(9_900));
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_OVERDUE)).isEmpty();
            bench.pass(Duration.ofSeconds(10));
            List<Inquire> overdue = bench.inquiries(InquiryKind.INQUIRY_KIND_OVERDUE);
            assertThat(overdue).isNotEmpty();
            assertThat(overdue.get(0).getBranchesList()).containsExactly(Wire.branch(branch));
            bench.pass(Duration.ofSeconds(20));
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_OVERDUE).size()).isGreaterThan(overdue.size());

            bench.answer(branch, BranchAnswer.BRANCH_ANSWER_COMMIT);
            int asked = bench.inquiries(InquiryKind.INQUIRY_KIND_OVERDUE).size();
            bench.pass(Duration.ofSeconds(30));
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_OVERDUE)).hasSize(asked);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "commit 1");
        }
    }

    @Test
    void aBranchAtWorkForVeryLongIsAskedAboutToo() {
        try (ParticipantBench bench = ParticipantBench.welcomed(PATIENT)) {
            BranchId branch = bench.active(1);
            bench.pass(Duration.ofSeconds(59));
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_OVERDUE)).isEmpty();
            bench.pass(Duration.ofSeconds(10));
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_OVERDUE)).isNotEmpty();
            bench.answer(branch, BranchAnswer.BRANCH_ANSWER_ROLLBACK);
            assertThat(bench.resource.calls).containsExactly("rollback 1");
        }
    }

    @Test
    void aRollbackThatKeepsFailingIsAskedAbout() {
        try (ParticipantBench bench = ParticipantBench.welcomed(PATIENT)) {
            BranchId branch = bench.active(1);
            bench.resource.onRollback = () -> {
                throw new IOException("down");
            };
            bench.rollback(branch, 1);
            bench.pass(Duration.ofSeconds(20));
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_OVERDUE)).isNotEmpty();
            bench.resource.onRollback = Ending::done;
            bench.answer(branch, BranchAnswer.BRANCH_ANSWER_ROLLBACK);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
        }
    }

    @Test
    void theRollbackOfALiveBranchThatARestartedCoordinatorPresumesIsCarriedOut() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.pass(Duration.ofSeconds(1));
            bench.epoch = 6;
            bench.welcome();
            bench.answer(branch, BranchAnswer.BRANCH_ANSWER_ROLLBACK);
            assertThat(bench.resource.calls).containsExactly("rollback 1");
            assertThat(bench.handle.active(branch.transactionId())).isFalse();
        }
    }

    private static List<io.unanimous.v1.BranchId> rescan(ParticipantBench bench) {
        bench.handle.resourceReconnected();
        bench.environment.settle();
        List<Inquire> scans = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN);
        return scans.get(scans.size() - 1).getBranchesList();
    }
}
