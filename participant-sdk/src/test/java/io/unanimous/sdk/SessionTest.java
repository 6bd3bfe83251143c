package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.unanimous.sdk.TransactionOptions.AnswerAt;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.GetTransactionResponse;
import io.unanimous.v1.HeuristicMark;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.Refusal;
import io.unanimous.v1.RollbackResponse;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How transactions are begun and ended over the session. */
final class SessionTest {

    private final ManualEnvironment environment = new ManualEnvironment();
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final UnanimousClient client = new UnanimousClient(
            ClientOptions.builder("unused")
                    .name("initiator")
                    .channel(coordinator::dial)
                    .build(),
            environment);

    @AfterEach
    void stop() {
        coordinator.close();
    }

    // ------------------------------------------------------------------------------------------------------- begin

    @Test
    void beginAsksForATransactionWithItsOptions() {
        CompletableFuture<GlobalTransaction> begun = begin(TransactionOptions.defaults()
                .withTimeout(Duration.ofSeconds(30))
                .withShortcuts(true, false));
        var request = coordinator.session().last().getBegin();
        assertThat(request.getTimeoutMs()).isEqualTo(30_000);
        assertThat(request.getInitiator()).isEqualTo("initiator");
        assertThat(request.getOptions().getAllowOnePhase()).isTrue();
        assertThat(request.getOptions().getAllowUnloggedReadOnly()).isFalse();
        replyBegin(1);
        assertThat(begun.join().id()).isEqualTo(Ids.transaction(1));
    }

    @Test
    void beginWhoseStreamIsLostFailsAndIsNeverAskedAgain() {
        CompletableFuture<GlobalTransaction> begun = begin(TransactionOptions.defaults());
        coordinator.session().fail(Status.UNAVAILABLE);
        environment.settle();
        assertThatThrownBy(begun::join).hasCauseInstanceOf(CoordinatorUnavailableException.class);
        environment.pass(Duration.ofSeconds(30));
        assertThat(coordinator.sessions).hasSize(1);
    }

    @Test
    void beginThatWasNotSentYetWaitsForTheNextStream() {
        var lost = begin(TransactionOptions.defaults());
        coordinator.session().fail(Status.UNAVAILABLE);
        environment.settle();
        assertThat(lost).isCompletedExceptionally();
        CompletableFuture<GlobalTransaction> waits = begin(TransactionOptions.defaults());
        environment.pass(Duration.ofSeconds(1));
        assertThat(coordinator.sessions).hasSize(2);
        replyBegin(2);
        assertThat(waits.join().id()).isEqualTo(Ids.transaction(2));
    }

    @Test
    void beginWithoutAnAnswerFailsAtItsTimeout() {
        CompletableFuture<GlobalTransaction> begun = begin(TransactionOptions.defaults());
        environment.pass(Duration.ofMillis(9_950));
        assertThat(begun).isNotDone();
        environment.pass(Duration.ofMillis(50));
        assertThatThrownBy(begun::join).hasCauseInstanceOf(CoordinatorUnavailableException.class);
    }

    @Test
    void aShedBeginSaysWhenToTryAgain() {
        CompletableFuture<GlobalTransaction> begun = begin(TransactionOptions.defaults());
        refuse(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED", 700);
        assertThatThrownBy(begun::join).cause().isInstanceOfSatisfying(RequestRejectedException.class, failure -> {
            assertThat(failure.code()).isEqualTo("RESOURCE_EXHAUSTED");
            assertThat(failure.reason()).isEqualTo("OVERLOADED");
            assertThat(failure.retryAfter()).isEqualTo(Duration.ofMillis(700));
        });
    }

    // ------------------------------------------------------------------------------------------------------ commit

    @Test
    void commitAnswersWhatTheCoordinatorDecided() {
        CompletableFuture<TransactionOutcome> commit = commit(TransactionOptions.defaults());
        var request = coordinator.session().last().getCommit();
        assertThat(request.getTransactionId()).isEqualTo(Ids.transaction(1));
        assertThat(request.getAnswerAt()).isEqualTo(io.unanimous.v1.AnswerAt.ANSWER_AT_ALL_ACKNOWLEDGED);
        assertThat(request.getAnswerWithinMs())
                .as("earlier than the caller's deadline")
                .isEqualTo(29_500);
        reply(SessionReply.newBuilder()
                .setCommit(CommitResponse.newBuilder()
                        .setOutcome(Outcome.OUTCOME_COMMITTED)
                        .setPendingBranches(2)
                        .setHeuristic(HeuristicMark.HEURISTIC_MARK_MIXED)));
        assertThat(commit)
                .isCompletedWithValue(new TransactionOutcome(
                        Ids.transaction(1),
                        TransactionOutcome.Status.COMMITTED,
                        2,
                        TransactionOutcome.Heuristic.MIXED,
                        ""));
    }

    @Test
    void commitMayBeAnsweredAtTheDecision() {
        var unused = commit(TransactionOptions.defaults().withAnswerAt(AnswerAt.DECISION));
        assertThat(coordinator.session().last().getCommit().getAnswerAt())
                .isEqualTo(io.unanimous.v1.AnswerAt.ANSWER_AT_DECISION);
    }

    @Test
    void aRolledBackCommitSaysWhoRefusedAndWhy() {
        CompletableFuture<TransactionOutcome> commit = commit(TransactionOptions.defaults());
        reply(SessionReply.newBuilder()
                .setRefusal(Refusal.newBuilder()
                        .setCode(Status.Code.ABORTED.value())
                        .setReason("ROLLED_BACK")
                        .setMessage("rolled back")
                        .putMetadata("branch", "seats/abc")
                        .putMetadata("resource", "seats")
                        .putMetadata("cause", "no seat left")));
        assertThatThrownBy(commit::join).cause().isInstanceOfSatisfying(RolledBackException.class, failure -> {
            assertThat(failure.transactionId()).isEqualTo(Ids.transaction(1));
            assertThat(failure.branch()).isEqualTo("seats/abc");
            assertThat(failure.resource()).isEqualTo("seats");
            assertThat(failure.reason()).isEqualTo("no seat left");
            assertThat(failure).hasMessageContaining("no seat left").hasMessageContaining("seats/abc");
        });
    }

    @Test
    void commitIsAskedAgainOnTheNextStream() {
        CompletableFuture<TransactionOutcome> commit = commit(TransactionOptions.defaults());
        coordinator.session().fail(Status.UNAVAILABLE);
        environment.pass(Duration.ofSeconds(1));
        assertThat(coordinator.sessions).hasSize(2);
        assertThat(coordinator.session().last().getCommit().getTransactionId()).isEqualTo(Ids.transaction(1));
        assertThat(coordinator.session().last().getCommit().getAnswerWithinMs()).isLessThan(29_500);
        replyCommitted();
        assertThat(commit).isCompleted();
    }

    @Test
    void commitIsAskedAgainWhileConnectedAndAnyOfTheAnswersCounts() {
        CompletableFuture<TransactionOutcome> commit = commit(TransactionOptions.defaults());
        SessionCommand first = coordinator.session().last();
        environment.pass(Duration.ofSeconds(6));
        SessionCommand second = coordinator.session().last();
        assertThat(second.getRequestId()).isNotEqualTo(first.getRequestId());
        assertThat(second.hasCommit()).isTrue();
        coordinator
                .session()
                .reply(SessionReply.newBuilder()
                        .setRequestId(first.getRequestId())
                        .setCommit(CommitResponse.newBuilder().setOutcome(Outcome.OUTCOME_COMMITTED)));
        environment.settle();
        assertThat(commit).isCompleted();
        coordinator
                .session()
                .reply(SessionReply.newBuilder()
                        .setRequestId(second.getRequestId())
                        .setCommit(CommitResponse.newBuilder().setOutcome(Outcome.OUTCOME_COMMITTED)));
        environment.settle();
        assertThat(coordinator.sessions).hasSize(1);
    }

    @Test
    void commitWithoutAnAnswerIsUnknownAtTheCallersDeadline() {
        CompletableFuture<TransactionOutcome> commit =
                commit(TransactionOptions.defaults().withAnswerWithin(Duration.ofSeconds(5)));
        environment.pass(Duration.ofMillis(4_950));
        assertThat(commit).isNotDone();
        environment.pass(Duration.ofMillis(50));
        assertThatThrownBy(commit::join).cause().isInstanceOfSatisfying(OutcomeUnknownException.class, failure -> {
            assertThat(failure.transactionId()).isEqualTo(Ids.transaction(1));
            assertThat(failure.lost()).isFalse();
        });
    }

    @Test
    void anUndecidedAnswerIsAskedAgainUntilTheDeadline() {
        CompletableFuture<TransactionOutcome> commit =
                commit(TransactionOptions.defaults().withAnswerWithin(Duration.ofSeconds(20)));
        reply(SessionReply.newBuilder().setCommit(CommitResponse.newBuilder().setOutcome(Outcome.OUTCOME_IN_PROGRESS)));
        assertThat(commit).isNotDone();
        environment.pass(Duration.ofSeconds(6));
        replyCommitted();
        assertThat(commit).isCompleted();
    }

    @Test
    void aCommitWhoseOnePhaseAnswerWasLostIsLost() {
        CompletableFuture<TransactionOutcome> commit = commit(TransactionOptions.defaults());
        reply(SessionReply.newBuilder().setCommit(CommitResponse.newBuilder().setOutcome(Outcome.OUTCOME_UNKNOWN)));
        assertThatThrownBy(commit::join)
                .cause()
                .isInstanceOfSatisfying(
                        OutcomeUnknownException.class,
                        failure -> assertThat(failure.lost()).isTrue());
    }

    @Test
    void aCoordinatorThatCannotTellNowIsAskedAgain() {
        CompletableFuture<TransactionOutcome> commit = commit(TransactionOptions.defaults());
        refuse(Status.Code.UNAVAILABLE, "OUTCOME_UNKNOWN", 0);
        assertThat(commit).isNotDone();
        environment.pass(Duration.ofMillis(300));
        assertThat(coordinator.session().received).hasSize(3);
        replyCommitted();
        assertThat(commit).isCompleted();
    }

    @Test
    void aRejectedCommitIsRejectedOnlyIfItCannotHaveBeenHeardBefore() {
        CompletableFuture<TransactionOutcome> first = commit(TransactionOptions.defaults());
        refuse(Status.Code.NOT_FOUND, "NOT_FOUND", 0);
        assertThatThrownBy(first::join).hasCauseInstanceOf(RequestRejectedException.class);

        CompletableFuture<TransactionOutcome> second = commit(TransactionOptions.defaults());
        coordinator.session().fail(Status.UNAVAILABLE);
        environment.pass(Duration.ofSeconds(1));
        refuse(Status.Code.NOT_FOUND, "NOT_FOUND", 0);
        assertThatThrownBy(second::join)
                .cause()
                .isInstanceOfSatisfying(
                        OutcomeUnknownException.class,
                        failure -> assertThat(failure.lost()).isTrue());
    }

    // ---------------------------------------------------------------------------------------- rollback and outcome

    @Test
    void rollbackIsIdempotentAndAskedAgain() {
        GlobalTransaction transaction = begun(1);
        CompletableFuture<TransactionOutcome> rollback =
                transaction.rollbackAsync().toCompletableFuture();
        environment.settle();
        coordinator.session().fail(Status.UNAVAILABLE);
        environment.pass(Duration.ofSeconds(1));
        assertThat(coordinator.session().last().getRollback().getTransactionId())
                .isEqualTo(Ids.transaction(1));
        reply(SessionReply.newBuilder()
                .setRollback(RollbackResponse.newBuilder().setOutcome(Outcome.OUTCOME_ROLLED_BACK)));
        assertThat(rollback.join().status()).isEqualTo(TransactionOutcome.Status.ROLLED_BACK);
        int commands = coordinator.session().received.size();
        assertThat(transaction.rollback().status()).isEqualTo(TransactionOutcome.Status.ROLLED_BACK);
        transaction.close();
        environment.settle();
        assertThat(coordinator.session().received).hasSize(commands);
    }

    @Test
    void rollbackOfACommittedTransactionIsRejected() {
        CompletableFuture<TransactionOutcome> rollback =
                begun(1).rollbackAsync().toCompletableFuture();
        environment.settle();
        refuse(Status.Code.FAILED_PRECONDITION, "ALREADY_COMMITTED", 0);
        assertThatThrownBy(rollback::join).hasCauseInstanceOf(RequestRejectedException.class);
    }

    @Test
    void outcomeTellsWhatBecameOfATransaction() {
        CompletableFuture<TransactionOutcome> asked =
                client.outcomeAsync(Ids.transaction(9)).toCompletableFuture();
        environment.settle();
        coordinator.session().fail(Status.UNAVAILABLE);
        environment.pass(Duration.ofSeconds(1));
        reply(SessionReply.newBuilder()
                .setGetTransaction(GetTransactionResponse.newBuilder()
                        .setOutcome(Outcome.OUTCOME_ROLLED_BACK)
                        .setHeuristic(HeuristicMark.HEURISTIC_MARK_NONE)
                        .setReason("timeout")));
        assertThat(asked.join().status()).isEqualTo(TransactionOutcome.Status.ROLLED_BACK);
        assertThat(asked.join().reason()).isEqualTo("timeout");
    }

    // ------------------------------------------------------------------------------------------------------ stream

    @Test
    void commandsOfManyThreadsLeaveInOneFrameAndAreAnsweredInAnyOrder() {
        List<CompletableFuture<GlobalTransaction>> begun = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            begun.add(client.beginAsync(TransactionOptions.defaults()).toCompletableFuture());
        }
        environment.settle();
        assertThat(coordinator.session().frameSizes).containsExactly(100);
        List<SessionCommand> commands = coordinator.session().received;
        Set<Long> ids = new HashSet<>();
        for (int i = commands.size() - 1; i >= 0; i--) {
            ids.add(commands.get(i).getRequestId());
            coordinator
                    .session()
                    .reply(SessionReply.newBuilder()
                            .setRequestId(commands.get(i).getRequestId())
                            .setBegin(BeginResponse.newBuilder().setTransactionId(Ids.transaction(i))));
        }
        environment.settle();
        assertThat(ids).hasSize(100);
        for (int i = 0; i < 100; i++) {
            assertThat(begun.get(i).join().id()).isEqualTo(Ids.transaction(i));
        }
    }

    @Test
    void aFrameHoldsAtMost1024Commands() {
        for (int i = 0; i < 2_049; i++) {
            var unused = client.beginAsync(TransactionOptions.defaults());
        }
        environment.settle();
        assertThat(coordinator.session().frameSizes).containsExactly(1_024, 1_024, 1);
    }

    @Test
    void aSessionThatDoesNotAnswerAPlainQuestionIsDropped() {
        CompletableFuture<TransactionOutcome> commit = commit(TransactionOptions.defaults());
        environment.pass(Duration.ofSeconds(8));
        assertThat(coordinator.session().received.stream().anyMatch(SessionCommand::hasGetTransaction))
                .as("asked whether it still hears")
                .isTrue();
        environment.pass(Duration.ofSeconds(8));
        assertThat(coordinator.sessions.get(0).ended).isTrue();
        assertThat(coordinator.sessions).hasSize(2);
        replyCommitted();
        assertThat(commit).isCompleted();
    }

    @Test
    void repliesToNobodyAreIgnored() {
        var unused = commit(TransactionOptions.defaults());
        coordinator
                .session()
                .reply(SessionReply.newBuilder()
                        .setRequestId(999_999)
                        .setCommit(CommitResponse.newBuilder().setOutcome(Outcome.OUTCOME_COMMITTED)));
        environment.settle();
        assertThat(coordinator.session().ended).isFalse();
        replyCommitted();
        assertThat(unused).isCompleted();
    }

    @Test
    void nonsenseIsNeverTakenForAnOutcome() {
        CompletableFuture<TransactionOutcome> commit = commit(TransactionOptions.defaults());
        reply(SessionReply.newBuilder().setBegin(BeginResponse.newBuilder().setTransactionId("x")));
        assertThatThrownBy(commit::join).hasCauseInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void closingTheClientFailsWhatWaits() {
        CompletableFuture<TransactionOutcome> commit = commit(TransactionOptions.defaults());
        CompletableFuture<GlobalTransaction> begun = begin(TransactionOptions.defaults());
        client.close();
        environment.settle();
        assertThatThrownBy(commit::join).hasCauseInstanceOf(OutcomeUnknownException.class);
        assertThatThrownBy(begun::join).hasCauseInstanceOf(CoordinatorUnavailableException.class);
        CompletableFuture<GlobalTransaction> late = begin(TransactionOptions.defaults());
        assertThatThrownBy(late::join).hasCauseInstanceOf(CoordinatorUnavailableException.class);
    }

    // ----------------------------------------------------------------------------------------------------- the words

    private CompletableFuture<GlobalTransaction> begin(TransactionOptions options) {
        CompletableFuture<GlobalTransaction> begun = client.beginAsync(options).toCompletableFuture();
        environment.settle();
        return begun;
    }

    private GlobalTransaction begun(int number, TransactionOptions options) {
        CompletableFuture<GlobalTransaction> begun = begin(options);
        replyBegin(number);
        return begun.join();
    }

    private GlobalTransaction begun(int number) {
        return begun(number, TransactionOptions.defaults());
    }

    private CompletableFuture<TransactionOutcome> commit(TransactionOptions options) {
        CompletableFuture<TransactionOutcome> commit =
                begun(1, options).commitAsync().toCompletableFuture();
        environment.settle();
        return commit;
    }

    private void replyBegin(int number) {
        reply(SessionReply.newBuilder().setBegin(BeginResponse.newBuilder().setTransactionId(Ids.transaction(number))));
    }

    private void replyCommitted() {
        reply(SessionReply.newBuilder().setCommit(CommitResponse.newBuilder().setOutcome(Outcome.OUTCOME_COMMITTED)));
    }

    private void refuse(Status.Code code, String reason, long retryAfterMs) {
        reply(SessionReply.newBuilder()
                .setRefusal(Refusal.newBuilder()
                        .setCode(code.value())
                        .setReason(reason)
                        .setMessage("refused")
                        .setRetryAfterMs(retryAfterMs)));
    }

    /** Answers the last command. */
    private void reply(SessionReply.Builder reply) {
        coordinator
                .session()
                .reply(reply.setRequestId(coordinator.session().last().getRequestId()));
        environment.settle();
    }
}
