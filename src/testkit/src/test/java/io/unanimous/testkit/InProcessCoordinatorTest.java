package io.unanimous.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.coordinator.core.Now;
import io.unanimous.coordinator.runtime.CrashPoint;
import io.unanimous.coordinator.runtime.ManualClock;
import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.RolledBackException;
import io.unanimous.sdk.TransactionOutcome;
import io.unanimous.sdk.TransactionOutcome.Status;
import io.unanimous.sdk.UnanimousClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class InProcessCoordinatorTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final byte[] NO_PAYLOAD = {};

    private static UnanimousClient connect(InProcessCoordinator coordinator) {
        return UnanimousClient.connect(ClientOptions.builder(coordinator.target())
                .reconnect(Duration.ofMillis(20), Duration.ofMillis(200))
                .askAgainAfter(Duration.ofMillis(500))
                .build());
    }

    private static GlobalTransaction beginWithTwoBranches(
            UnanimousClient client, ParticipantHandle one, ParticipantHandle two) {
        GlobalTransaction tx = client.begin(TIMEOUT);
        one.enlist(tx.id(), NO_PAYLOAD);
        two.enlist(tx.id(), NO_PAYLOAD);
        return tx;
    }

    @Test
    void commitsAndRollsBackAsInProduction() {
        Safe one = new Safe();
        Safe two = new Safe();
        try (InProcessCoordinator coordinator = InProcessCoordinator.start();
                UnanimousClient client = connect(coordinator)) {
            ParticipantHandle first = client.participant("one", one.participant());
            ParticipantHandle second = client.participant("two", two.participant());
            GlobalTransaction committed = beginWithTwoBranches(client, first, second);
            assertThat(committed.commit().status()).isEqualTo(Status.COMMITTED);
            GlobalTransaction left = beginWithTwoBranches(client, first, second);
            assertThat(left.rollback().status()).isEqualTo(Status.ROLLED_BACK);
            coordinator.awaitSettled(SOON);
            assertThat(one.of(committed.id())).isEqualTo(Safe.Standing.COMMITTED);
            assertThat(two.of(left.id())).isEqualTo(Safe.Standing.ROLLED_BACK);
            assertThat(coordinator.status().getCountersOrThrow("committed")).isEqualTo(1);
        }
    }

    /** Every point that a commit with two branches passes, and what must become of the transaction. */
    @ParameterizedTest
    @EnumSource(
            names = {
                "AFTER_COMMIT_REQUESTED_BEFORE_PREPARE",
                "AFTER_FIRST_VOTE",
                "BEFORE_APPEND_DECISION",
                "AFTER_SYNC_BEFORE_RELEASE",
                "BETWEEN_PHASE_TWO_SENDS",
                "AFTER_PHASE_TWO_SENT",
                "BEFORE_FINISHED_APPEND"
            })
    void aCrashAtANamedPointIsRecovered(CrashPoint point) throws Exception {
        Safe one = new Safe();
        Safe two = new Safe();
        try (InProcessCoordinator coordinator = InProcessCoordinator.start();
                UnanimousClient client = connect(coordinator)) {
            ParticipantHandle first = client.participant("one", one.participant());
            ParticipantHandle second = client.participant("two", two.participant());
            GlobalTransaction tx = beginWithTwoBranches(client, first, second);
            coordinator.crashAt(point);
            CompletableFuture<TransactionOutcome> commit = tx.commitAsync().toCompletableFuture();
            assertThat(coordinator.awaitCrash(SOON)).isEqualTo(point);
            assertThat(coordinator.isRunning()).isFalse();

            coordinator.restart();
            coordinator.awaitSettled(SOON);

            boolean decided = point.compareTo(CrashPoint.AFTER_SYNC_BEFORE_RELEASE) >= 0;
            assertThat(client.outcome(tx.id()).status()).isEqualTo(decided ? Status.COMMITTED : Status.ROLLED_BACK);
            if (decided) {
                assertThat(commit.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.COMMITTED);
                assertThat(one.of(tx.id())).isEqualTo(Safe.Standing.COMMITTED);
                assertThat(two.of(tx.id())).isEqualTo(Safe.Standing.COMMITTED);
            } else {
                assertThatThrownBy(() -> commit.get(20, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(RolledBackException.class);
                assertThat(one.of(tx.id())).isNotEqualTo(Safe.Standing.COMMITTED);
                assertThat(two.of(tx.id())).isNotEqualTo(Safe.Standing.COMMITTED);
            }
            assertThat(one.faults()).isEmpty();
            assertThat(two.faults()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ON_REPLAY", "AFTER_REPLAY_BEFORE_EPOCH", "AFTER_EPOCH_BEFORE_READY"})
    void aStartThatCrashesIsStartedAgain(CrashPoint point) {
        try (InProcessCoordinator coordinator = InProcessCoordinator.start();
                UnanimousClient client = connect(coordinator)) {
            String id = client.begin(TIMEOUT).id();
            coordinator.crash();
            coordinator.crashAt(point);
            coordinator.restart();
            assertThat(coordinator.awaitCrash(SOON)).isEqualTo(point);
            assertThat(coordinator.isRunning()).isFalse();
            coordinator.restart();
            assertThat(coordinator.isRunning()).isTrue();
            assertThat(client.outcome(id).status()).isEqualTo(Status.ROLLED_BACK);
        }
    }

    @Test
    void stopAndRestartKeepAddressAndOutcomes() {
        try (InProcessCoordinator coordinator = InProcessCoordinator.start();
                UnanimousClient client = connect(coordinator)) {
            String target = coordinator.target();
            GlobalTransaction tx = client.begin(TIMEOUT);
            assertThat(tx.commit().status()).isEqualTo(Status.COMMITTED);
            coordinator.stop();
            assertThatThrownBy(coordinator::status).isInstanceOf(IllegalStateException.class);
            coordinator.restart();
            assertThat(coordinator.target()).isEqualTo(target);
            assertThat(client.outcome(tx.id()).status()).isEqualTo(Status.COMMITTED);
        }
    }

    @Test
    void withAManualClockTransactionsTimeOutWhenTheTestSaysSo() {
        ManualClock clock = new ManualClock(new Now(1, 1_700_000_000_000L));
        CoordinatorOptions options = CoordinatorOptions.defaults().withClock(clock);
        try (InProcessCoordinator coordinator = InProcessCoordinator.start(options);
                UnanimousClient client = connect(coordinator)) {
            String id = client.begin(TIMEOUT).id();
            clock.advance(TIMEOUT.toMillis() - 1);
            assertThat(client.outcome(id).status()).isEqualTo(Status.IN_PROGRESS);
            clock.advance(100);
            coordinator.awaitSettled(SOON);
            assertThat(client.outcome(id).status()).isEqualTo(Status.ROLLED_BACK);
        }
    }

    @Test
    void aPointThatIsNotReachedIsNamed() {
        try (InProcessCoordinator coordinator = InProcessCoordinator.start()) {
            coordinator.crashAt(CrashPoint.AFTER_FIRST_VOTE);
            assertThatThrownBy(() -> coordinator.awaitCrash(Duration.ofMillis(10)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("AFTER_FIRST_VOTE");
        }
    }

    @Test
    void whatIsNotSettledIsNamed() {
        try (InProcessCoordinator coordinator = InProcessCoordinator.start();
                UnanimousClient client = connect(coordinator)) {
            GlobalTransaction tx = client.begin(TIMEOUT);
            assertThatThrownBy(() -> coordinator.awaitSettled(Duration.ofMillis(10)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ACTIVE");
            tx.close();
        }
    }

    @Test
    void aDirectoryOfTheTestsOwnIsKept(@TempDir Path directory) {
        Path store = directory.resolve("store");
        CoordinatorOptions options = CoordinatorOptions.defaults().withDirectory(store);
        String id;
        try (InProcessCoordinator coordinator = InProcessCoordinator.start(options);
                UnanimousClient client = connect(coordinator)) {
            GlobalTransaction tx = client.begin(TIMEOUT);
            id = tx.id();
            assertThat(tx.commit().status()).isEqualTo(Status.COMMITTED);
        }
        assertThat(store).isDirectory();
        try (InProcessCoordinator coordinator = InProcessCoordinator.start(options);
                UnanimousClient client = connect(coordinator)) {
            assertThat(client.outcome(id).status()).isEqualTo(Status.COMMITTED);
        }
    }

    @Test
    void aTemporaryDirectoryIsDeleted() {
        InProcessCoordinator coordinator = InProcessCoordinator.start();
        Path directory = coordinator.directory();
        assertThat(Files.isDirectory(directory)).isTrue();
        coordinator.close();
        assertThat(directory.getParent()).doesNotExist();
    }
}
