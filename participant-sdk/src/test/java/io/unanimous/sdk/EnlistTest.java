package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.InquiryKind;
import io.unanimous.v1.Refusal;
import io.unanimous.v1.Vote;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** How a branch comes into a transaction. */
final class EnlistTest {

    @Test
    void anEnlistmentIsDoneOnlyWhenItIsConfirmed() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> enlisting = bench.enlist(1);
            assertThat(enlisting).isNotDone();
            assertThat(bench.handle.active(Ids.transaction(1))).isFalse();
            bench.confirm(bench.branch(1));
            assertThat(enlisting).isCompletedWithValue(bench.branch(1));
            assertThat(bench.handle.active(Ids.transaction(1))).isTrue();
            assertThat(bench.enlists().get(0).getPayload().toByteArray()).containsExactly(7);
            assertThat(bench.enlists().get(0).getEarlyVote()).isEqualTo(Vote.VOTE_UNSPECIFIED);
        }
    }

    @Test
    void enlistingTwiceGivesTheSameBranch() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> first = bench.enlist(1);
            CompletableFuture<BranchId> second = bench.enlist(1);
            bench.confirm(bench.branch(1));
            assertThat(first).isCompletedWithValue(bench.branch(1));
            assertThat(second).isCompletedWithValue(bench.branch(1));
            assertThat(bench.enlist(1)).isCompletedWithValue(bench.branch(1));
            assertThat(bench.enlists()).hasSize(1);
        }
    }

    @Test
    void aRefusedEnlistmentFailsAndThenPrepareIsRefused() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> enlisting = bench.enlist(1);
            bench.refuse(bench.branch(1), "TRANSACTION_NOT_ACTIVE");
            assertThatThrownBy(enlisting::join)
                    .hasCauseInstanceOf(RequestRejectedException.class)
                    .cause()
                    .extracting(failure -> ((RequestRejectedException) failure).reason())
                    .isEqualTo("TRANSACTION_NOT_ACTIVE");
            bench.prepare(bench.branch(1), 1);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_REFUSED);
        }
    }

    @Test
    void anEnlistmentThatIsNotConfirmedInTimeFailsAndTheBranchRefusesEverAfter() {
        try (ParticipantBench bench =
                ParticipantBench.welcomed(options -> options.enlistTimeout(Duration.ofSeconds(4)))) {
            CompletableFuture<BranchId> enlisting = bench.enlist(1);
            bench.pass(Duration.ofMillis(3_950));
            assertThat(enlisting).isNotDone();
            bench.pass(Duration.ofMillis(50));
            assertThatThrownBy(enlisting::join).hasCauseInstanceOf(CoordinatorUnavailableException.class);

            bench.confirm(bench.branch(1));
            assertThat(bench.handle.active(Ids.transaction(1))).isFalse();
            bench.prepare(bench.branch(1), 1);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_REFUSED);
            bench.onePhase(bench.branch(1));
            assertThat(bench.lastAck().getResult()).isEqualTo(AckResult.ACK_RESULT_ROLLED_BACK);
            bench.rollback(bench.branch(1), 1);
            assertThat(bench.resource.calls).containsExactly("rollback 1");
        }
    }

    @Test
    void anEnlistmentIsRepeatedOnTheNextStreamAndNowAndThenOnTheSame() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> enlisting = bench.enlist(1);
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.pass(Duration.ofSeconds(1));
            bench.welcome();
            assertThat(bench.enlists()).hasSize(1);
            bench.pass(Duration.ofSeconds(3));
            assertThat(bench.enlists()).hasSize(2);
            bench.confirm(bench.branch(1));
            assertThat(enlisting).isCompletedWithValue(bench.branch(1));
        }
    }

    @Test
    void aCoordinatorThatIsNotReadyIsAskedAgain() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> enlisting = bench.enlist(1);
            bench.send(CoordinatorMessage.newBuilder()
                    .setEnlisted(Enlisted.newBuilder()
                            .setBranch(Wire.branch(bench.branch(1)))
                            .setEpoch(5)
                            .setRefusal(Refusal.newBuilder()
                                    .setCode(Status.Code.UNAVAILABLE.value())
                                    .setReason("NOT_READY"))));
            assertThat(enlisting).isNotDone();
            bench.pass(Duration.ofSeconds(3));
            assertThat(bench.enlists()).hasSize(2);
            bench.confirm(bench.branch(1));
            assertThat(enlisting).isCompletedWithValue(bench.branch(1));
        }
    }

    @Test
    void aPrepareThatOvertakesTheConfirmationIsRefused() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> enlisting = bench.enlist(1);
            bench.prepare(bench.branch(1), 1);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_REFUSED);
            assertThat(enlisting).isCompletedExceptionally();
            assertThat(bench.resource.calls).isEmpty();
            bench.confirm(bench.branch(1));
            assertThat(bench.handle.active(Ids.transaction(1))).isFalse();
        }
    }

    @Test
    void aRollbackThatOvertakesTheConfirmationFailsTheEnlistment() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> enlisting = bench.enlist(1);
            bench.rollback(bench.branch(1), 1);
            assertThat(enlisting).isCompletedExceptionally();
            bench.confirm(bench.branch(1));
            assertThat(bench.handle.active(Ids.transaction(1))).isFalse();
            assertThat(bench.resource.calls).containsExactly("rollback 1");
        }
    }

    @Test
    void aConfirmationOfALowerEpochIsDropped() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> enlisting = bench.enlist(1);
            bench.send(CoordinatorMessage.newBuilder()
                    .setEnlisted(Enlisted.newBuilder()
                            .setBranch(Wire.branch(bench.branch(1)))
                            .setEpoch(4)));
            assertThat(enlisting).isNotDone();
        }
    }

    @Test
    void anEarlyVoteIsSentWithTheEnlistmentAndReplayed() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> enlisting = bench.enlistPrepared(1);
            assertThat(bench.enlists().get(0).getEarlyVote()).isEqualTo(Vote.VOTE_PREPARED);
            bench.confirm(bench.branch(1));
            assertThat(enlisting).isCompletedWithValue(bench.branch(1));
            assertThat(bench.enlistPrepared(1)).isCompletedWithValue(bench.branch(1));
            bench.prepare(bench.branch(1), 1);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_PREPARED);
            bench.commit(bench.branch(1), 1);
            assertThat(bench.resource.calls).containsExactly("commit 1");
            assertThat(bench.resource.lastContext().afterRestart()).isFalse();
        }
    }

    @Test
    void anEarlyVoteWhoseConfirmationIsLostStaysInDoubtUntilTheCoordinatorTells() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> enlisting = bench.enlistPrepared(1);
            bench.pass(Duration.ofSeconds(10));
            assertThatThrownBy(enlisting::join).hasCauseInstanceOf(OutcomeUnknownException.class);
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.pass(Duration.ofSeconds(1));
            bench.welcome();
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_LIVE).get(0).getBranchesList())
                    .containsExactly(Wire.branch(bench.branch(1)));
            bench.commit(bench.branch(1), 1);
            assertThat(bench.resource.calls).containsExactly("commit 1");
        }
    }

    @Test
    void workBegunAfterPrepareIsRefused() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.prepared(1);
            assertThat(bench.enlist(1)).isCompletedExceptionally();
            assertThat(bench.handle.active(Ids.transaction(1))).isFalse();
        }
    }

    @Test
    void aMalformedIdAndAPayloadAboveItsLimitAreRefusedBeforeAnythingIsSent() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> bench.handle.enlistAsync("rubbish", new byte[0]))
                    .withMessageContaining("Not a transaction id");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> bench.handle.enlistAsync(Ids.transaction(1), new byte[4 * 1024 + 1]));
            var atTheLimit = bench.handle.enlistAsync(Ids.transaction(1), new byte[4 * 1024]);
            bench.environment.settle();
            assertThat(bench.enlists()).hasSize(1);
            assertThat(atTheLimit.toCompletableFuture()).isNotDone();
        }
    }

    @Test
    void aClosedParticipantEnlistsNobody() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            CompletableFuture<BranchId> pending = bench.enlist(1);
            var unused = bench.client.host("seats").close();
            bench.environment.settle();
            assertThat(pending).isCompletedExceptionally();
            assertThatThrownBy(() -> bench.enlist(2).join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(CoordinatorUnavailableException.class);
        }
    }
}
