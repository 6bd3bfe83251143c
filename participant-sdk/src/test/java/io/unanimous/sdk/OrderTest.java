package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.sdk.Ending.Result;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.BranchAnswer;
import io.unanimous.v1.Command;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Vote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the coordinator orders, and what the participant makes of it. */
final class OrderTest {

    @Test
    void aBranchPreparesAndCommits() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.prepare(branch, 3);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_PREPARED);
            assertThat(bench.lastVote().getBranch()).isEqualTo(Wire.branch(branch));
            assertThat(bench.lastVote().getEpoch()).isEqualTo(5);
            assertThat(bench.lastVote().getAttempt()).isEqualTo(3);

            bench.commit(branch, 1);
            assertThat(bench.lastAck().getCommand()).isEqualTo(Command.COMMAND_COMMIT);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "commit 1");
            assertThat(bench.resource.lastContext().payload()).containsExactly(7);
            assertThat(bench.resource.lastContext().afterRestart()).isFalse();
            assertThat(bench.handle.active(branch.transactionId())).isFalse();
        }
    }

    @Test
    void prepareTwiceReplaysTheStoredVote() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.prepare(branch, 2);
            assertThat(bench.votes()).hasSize(2);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_PREPARED);
            assertThat(bench.lastVote().getAttempt()).isEqualTo(2);
            assertThat(bench.resource.calls).containsExactly("prepare 1");
        }
    }

    @Test
    void prepareWhilePreparingIsAnsweredOnceForTheLatestAttempt() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.environment.holdWorkers();
            bench.prepare(branch, 1);
            bench.prepare(branch, 2);
            bench.environment.releaseWorkers();
            assertThat(bench.resource.calls).containsExactly("prepare 1");
            assertThat(bench.votes()).hasSize(1);
            assertThat(bench.lastVote().getAttempt()).isEqualTo(2);
        }
    }

    @Test
    void prepareOfABranchThatThisIncarnationDoesNotKnowIsRefused() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.prepare(bench.foreignBranch(1), 1);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_REFUSED);
            assertThat(bench.lastVote().getReason()).contains("does not know");
            assertThat(bench.resource.calls).isEmpty();
        }
    }

    @Test
    void aPrepareThatThrowsIsARefusalWithItsReason() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.resource.onPrepare = () -> {
                throw new IllegalStateException("no seat left");
            };
            BranchId branch = bench.prepared(1);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_REFUSED);
            assertThat(bench.lastVote().getReason()).contains("no seat left");
            bench.rollback(branch, 1);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "rollback 1");
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
        }
    }

    @Test
    void anErrorOrANullFromPrepareIsARefusalToo() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.resource.onPrepare = () -> {
                throw new StackOverflowError();
            };
            bench.prepared(1);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_REFUSED);
            bench.resource.onPrepare = () -> null;
            bench.prepared(2);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_REFUSED);
        }
    }

    @Test
    void aReasonIsCutToItsLimit() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.resource.onPrepare = () -> Ballot.refused("ü".repeat(400));
            bench.prepared(1);
            assertThat(bench.lastVote().getReason()).isEqualTo("ü".repeat(256));
        }
    }

    @Test
    void rollbackBehindAHangingPrepareIsCarriedOutWhenItReturnsAndNoVoteIsCast() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.environment.holdWorkers();
            bench.prepare(branch, 1);
            bench.pass(Duration.ofSeconds(11));
            bench.rollback(branch, 1);
            bench.rollback(branch, 2);
            assertThat(bench.resource.calls).isEmpty();
            assertThat(bench.environment.workWaiting()).isEqualTo(1);
            bench.environment.stall(Duration.ofSeconds(-5));
            bench.environment.releaseWorkers();
            assertThat(bench.resource.calls).containsExactly("prepare 1", "rollback 1");
            assertThat(bench.votes()).isEmpty();
            assertThat(bench.acks()).hasSize(1);
            assertThat(bench.lastAck().getAttempt()).isEqualTo(2);
        }
    }

    @Test
    void preparesThatHangLeaveTheReservedWorkersToTheSecondPhase() {
        try (ParticipantBench bench = ParticipantBench.welcomed(options -> options.workers(6, 2))) {
            BranchId committing = bench.prepared(100);
            List<BranchId> hanging = new ArrayList<>();
            for (int i = 1; i <= 10; i++) {
                hanging.add(bench.active(i));
            }
            bench.environment.holdWorkers();
            hanging.forEach(branch -> bench.prepare(branch, 1));
            assertThat(bench.environment.workWaiting())
                    .as("six workers less two reserved and one for scans")
                    .isEqualTo(3);
            bench.commit(committing, 1);
            assertThat(bench.environment.workWaiting()).isEqualTo(4);
            bench.environment.work(3);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
        }
    }

    @Test
    void aPrepareWhoseTimeHadPassedBeforeItBeganIsRefusedWithoutACall() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.environment.holdWorkers();
            bench.prepare(branch, 1);
            bench.environment.stall(Duration.ofSeconds(60));
            bench.environment.releaseWorkers();
            assertThat(bench.resource.calls).isEmpty();
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_REFUSED);
        }
    }

    @Test
    void commitTwiceIsAcknowledgedTwiceAndCarriedOutOnce() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.commit(branch, 1);
            bench.commit(branch, 2);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "commit 1");
            assertThat(bench.acks()).hasSize(2);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
            assertThat(bench.lastAck().getAttempt()).isEqualTo(2);
        }
    }

    @Test
    void rollbackTwiceIsAcknowledgedTwiceAndCarriedOutOnce() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.rollback(branch, 1);
            bench.rollback(branch, 2);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "rollback 1");
            assertThat(bench.acks()).hasSize(2);
        }
    }

    @Test
    void aCommitThatThrowsIsToBeToldAgainAndThenSaysThatItMayHaveBeenThere() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.resource.onCommit = () -> {
                throw new java.io.IOException("connection lost");
            };
            bench.commit(branch, 1);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_RETRY);
            assertThat(bench.lastAck().getDetail()).contains("connection lost");
            bench.resource.onCommit = Ending::done;
            bench.commit(branch, 2);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
            assertThat(bench.resource.lastContext().afterRestart()).isTrue();
        }
    }

    @Test
    void aCommitOfAnEarlierLifeIsCarriedOutWithWhatTheCoordinatorKept() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.commit(bench.foreignBranch(1), 1);
            assertThat(bench.resource.calls).containsExactly("commit 1");
            assertThat(bench.resource.lastContext().payload()).containsExactly(7);
            assertThat(bench.resource.lastContext().afterRestart()).isTrue();
        }
    }

    @Test
    void rollbackAfterCommitRaisesAnAlarmAndIsNotCarriedOut() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.commit(branch, 1);
            bench.rollback(branch, 1);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "commit 1");
            assertThat(bench.lastAck().getCommand()).isEqualTo(Command.COMMAND_ROLLBACK);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_RETRY);
            assertThat(bench.lastAck().getDetail()).contains("refused").contains("COMMIT");
        }
    }

    @Test
    void commitAfterRollbackRaisesAnAlarmAndIsNotCarriedOut() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.rollback(branch, 1);
            bench.commit(branch, 1);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "rollback 1");
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_RETRY);
        }
    }

    @Test
    void theOppositeOfAnOrderThatFailedHalfWayIsRefusedToo() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.resource.onCommit = () -> Ending.retry("timeout, perhaps done");
            bench.commit(branch, 1);
            bench.rollback(branch, 1);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "commit 1");
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_RETRY);
        }
    }

    @Test
    void commitOfABranchThatHasNotVotedIsNotCarriedOut() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.commit(branch, 1);
            assertThat(bench.resource.calls).isEmpty();
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_RETRY);
            bench.rollback(branch, 1);
            assertThat(bench.resource.calls).containsExactly("rollback 1");
        }
    }

    @Test
    void aLatePrepareAfterTheRollbackIsRefused() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.rollback(branch, 1);
            bench.prepare(branch, 1);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_REFUSED);
            assertThat(bench.resource.calls).containsExactly("rollback 1");
        }
    }

    @Test
    void aLatePrepareDoesNotReplayTheVoteOfABranchThatWasRolledBack() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.rollback(branch, 1);
            bench.prepare(branch, 2);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_REFUSED);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "rollback 1");
        }
    }

    @Test
    void anEmptyRollbackSucceedsAndLeavesATombstoneThatRefusesTheLateTry() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.branch(1);
            bench.rollback(branch, 1);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
            assertThat(bench.resource.lastContext().afterRestart()).isTrue();

            var late = bench.enlist(1);
            assertThat(late).isCompletedExceptionally();
            assertThat(bench.enlists()).isEmpty();
            assertThat(bench.handle.active(branch.transactionId())).isFalse();
        }
    }

    @Test
    void aTombstoneLastsForItsTimeAndNoLongerThanTwice() {
        try (ParticipantBench bench = ParticipantBench.welcomed(
                options -> options.tombstonesFor(Duration.ofSeconds(8)).silenceMax(Duration.ofMinutes(1)))) {
            bench.rollback(bench.branch(1), 1);
            bench.pass(Duration.ofMillis(7_900));
            assertThat(bench.enlist(1)).isCompletedExceptionally();
            bench.pass(Duration.ofMillis(8_200));
            assertThat(bench.enlist(1)).isNotDone();
        }
    }

    @Test
    void aReadOnlyBranchIsDoneWithItsVote() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.resource.onPrepare = Ballot::readOnly;
            BranchId branch = bench.prepared(1);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_READ_ONLY);
            bench.prepare(branch, 2);
            assertThat(bench.votes()).hasSize(2);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_READ_ONLY);
            bench.commit(branch, 1);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
            assertThat(bench.resource.calls).containsExactly("prepare 1");
        }
    }

    @Test
    void onePhaseCommitsOnceAndItsAnswerIsReplayed() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.onePhase(branch);
            bench.onePhase(branch);
            assertThat(bench.resource.calls).containsExactly("one-phase 1");
            assertThat(bench.acks()).hasSize(2);
            assertThat(bench.lastAck().getCommand()).isEqualTo(Command.COMMAND_COMMIT_ONE_PHASE);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
        }
    }

    @Test
    void aOnePhaseCommitThatThrowsIsUnknownAndNeverRepeated() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.resource.onOnePhase = () -> {
                throw new java.io.IOException("lost");
            };
            BranchId branch = bench.active(1);
            bench.onePhase(branch);
            bench.onePhase(branch);
            assertThat(bench.resource.calls).containsExactly("one-phase 1");
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_UNKNOWN);
        }
    }

    @Test
    void aOnePhaseCommitMayBeRolledBackByTheResource() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.resource.onOnePhase = () -> Ending.rolledBack("serialization failure");
            BranchId branch = bench.active(1);
            bench.onePhase(branch);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_ROLLED_BACK);
            bench.rollback(branch, 1);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_DONE);
        }
    }

    @Test
    void onePhaseForAPreparedOrUnknownBranchIsNotCarriedOut() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.onePhase(bench.prepared(1));
            bench.onePhase(bench.foreignBranch(2));
            assertThat(bench.resource.calls).containsExactly("prepare 1");
            assertThat(bench.acks()).allMatch(ack -> ack.getResult() == AckResult.ACK_RESULT_UNKNOWN);
        }
    }

    @Test
    void aHeuristicEndingIsToldAndForgottenOnRequest() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.resource.onCommit = () -> Ending.heuristic(Result.HEURISTIC_ROLLED_BACK, "an operator did it");
            BranchId branch = bench.prepared(1);
            bench.commit(branch, 1);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_HEURISTIC_ROLLED_BACK);
            bench.forget(branch);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "commit 1", "forget 1");
            assertThat(bench.lastAck().getCommand()).isEqualTo(Command.COMMAND_FORGET);
        }
    }

    @Test
    void anAnswerForOnePhaseFromAnOrdinaryCommitIsNotTaken() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.resource.onCommit = () -> Ending.unknown("?");
            bench.commit(bench.prepared(1), 1);
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_RETRY);
        }
    }

    @Test
    void aMessageOfALowerEpochIsDropped() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.epoch = 4;
            bench.commit(branch, 1);
            bench.rollback(branch, 1);
            bench.answer(branch, BranchAnswer.BRANCH_ANSWER_ROLLBACK);
            bench.prepare(bench.foreignBranch(2), 1);
            assertThat(bench.resource.calls).containsExactly("prepare 1");
            assertThat(bench.acks()).isEmpty();
            assertThat(bench.votes()).hasSize(1);
        }
    }

    @Test
    void theEpochIsLookedAtAgainJustBeforeActing() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.environment.holdWorkers();
            bench.rollback(branch, 1);
            bench.send(CoordinatorMessage.newBuilder()
                    .setHeartbeat(io.unanimous.v1.Heartbeat.newBuilder().setPosition(Ids.position(6, 120))));
            bench.environment.releaseWorkers();
            assertThat(bench.resource.calls).containsExactly("prepare 1");
            assertThat(bench.acks()).isEmpty();

            bench.epoch = 6;
            bench.commit(branch, 1);
            assertThat(bench.resource.calls).containsExactly("prepare 1", "commit 1");
        }
    }

    @Test
    void theSameOrderOfAHigherEpochIsCarriedOutThoughTheEarlierOneIsDropped() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.prepared(1);
            bench.environment.holdWorkers();
            bench.commit(branch, 1);
            bench.send(CoordinatorMessage.newBuilder()
                    .setHeartbeat(io.unanimous.v1.Heartbeat.newBuilder().setPosition(Ids.position(6, 120))));
            bench.epoch = 6;
            bench.commit(branch, 1);
            bench.environment.releaseWorkers();
            assertThat(bench.resource.calls).containsExactly("prepare 1", "commit 1");
            assertThat(bench.acks()).hasSize(1);
            assertThat(bench.lastAck().getEpoch()).isEqualTo(6);
        }
    }

    @Test
    void crashPointsAreReachedInTheOrderOfTheProtocol() {
        List<String> reached = new ArrayList<>();
        try (ParticipantBench bench = ParticipantBench.welcomed(
                options -> options.crashPoints((point, transaction) -> reached.add(point.name())))) {
            reached.clear();
            bench.commit(bench.prepared(1), 1);
            bench.rollback(bench.active(2), 1);
            bench.onePhase(bench.active(3));
            bench.handle.resourceReconnected();
            bench.environment.settle();
        }
        assertThat(reached)
                .containsExactly(
                        "BEFORE_ENLIST_SENT",
                        "BEFORE_PREPARE",
                        "AFTER_PREPARE_BEFORE_VOTE",
                        "BEFORE_COMMIT",
                        "AFTER_COMMIT_BEFORE_ACK",
                        "BEFORE_ENLIST_SENT",
                        "BEFORE_ROLLBACK",
                        "AFTER_ROLLBACK_BEFORE_ACK",
                        "BEFORE_ENLIST_SENT",
                        "BEFORE_ONE_PHASE",
                        "AFTER_ONE_PHASE_BEFORE_ACK",
                        "DURING_SCAN");
    }
}
