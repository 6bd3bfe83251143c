package io.unanimous.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.coordinator.core.Limits;
import io.unanimous.sdk.CrashPoint;
import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.TransactionOutcome.Status;
import io.unanimous.sdk.UnanimousClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CrashingClientTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final byte[] NO_PAYLOAD = {};

    private static InProcessCoordinator impatient() {
        Limits limits = CoordinatorOptions.defaults()
                .limits()
                .withPrepareTimeoutMs(1_000)
                .withDelivery(20, 200, 60_000, 500);
        return InProcessCoordinator.start(CoordinatorOptions.defaults().withLimits(limits));
    }

    @ParameterizedTest
    @CsvSource({
        "BEFORE_PREPARE, ROLLED_BACK",
        "AFTER_PREPARE_BEFORE_VOTE, ROLLED_BACK",
        "BEFORE_COMMIT, COMMITTED",
        "AFTER_COMMIT_BEFORE_ACK, COMMITTED"
    })
    void theNextLifeFinishesWhatTheDeadOneLeft(CrashPoint point, Status expected) {
        Safe mortal = new Safe();
        Safe other = new Safe();
        try (InProcessCoordinator coordinator = impatient();
                UnanimousClient client = UnanimousClient.connect(coordinator.target());
                CrashingClient dying = CrashingClient.connect(coordinator.target())) {
            ParticipantHandle survivor = client.participant("other", other.participant());
            ParticipantHandle victim = dying.client().participant("mortal", mortal.participant());
            GlobalTransaction tx = client.begin(TIMEOUT);
            survivor.enlist(tx.id(), NO_PAYLOAD);
            victim.enlist(tx.id(), NO_PAYLOAD);
            dying.crashAt(point);
            var commit = tx.commitAsync().toCompletableFuture();
            assertThat(dying.awaitCrash(SOON)).isEqualTo(point);

            try (CrashingClient reborn = CrashingClient.connect(coordinator.target())) {
                reborn.client().participant("mortal", mortal.participant());
                coordinator.awaitSettled(SOON);
                assertThat(client.outcome(tx.id()).status()).isEqualTo(expected);
                assertThat(other.of(tx.id()))
                        .isEqualTo(expected == Status.COMMITTED ? Safe.Standing.COMMITTED : Safe.Standing.ROLLED_BACK);
                if (expected == Status.COMMITTED) {
                    assertThat(mortal.of(tx.id())).isEqualTo(Safe.Standing.COMMITTED);
                } else {
                    assertThat(mortal.of(tx.id())).isIn(null, Safe.Standing.ROLLED_BACK);
                }
                assertThat(mortal.faults()).isEmpty();
            }
            assertThat(commit).isDone();
        }
    }

    @Test
    void aDeadClientSaysNothingMore() {
        Safe safe = new Safe();
        try (InProcessCoordinator coordinator = impatient();
                UnanimousClient client = UnanimousClient.connect(coordinator.target());
                CrashingClient dying = CrashingClient.connect(coordinator.target())) {
            ParticipantHandle handle = dying.client().participant("mortal", safe.participant());
            GlobalTransaction tx = client.begin(TIMEOUT);
            handle.enlist(tx.id(), NO_PAYLOAD);
            dying.crash();
            assertThatThrownBy(tx::commit).isInstanceOf(io.unanimous.sdk.RolledBackException.class);
            assertThat(safe.of(tx.id())).isNull();
        }
    }

    @Test
    void aPointThatIsNotReachedIsNamed() {
        try (InProcessCoordinator coordinator = InProcessCoordinator.start();
                CrashingClient client = CrashingClient.connect(coordinator.target())) {
            client.crashAt(CrashPoint.DURING_SCAN);
            assertThatThrownBy(() -> client.awaitCrash(Duration.ofMillis(10)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("DURING_SCAN");
        }
    }
}
