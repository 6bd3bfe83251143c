package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Drain;
import io.unanimous.v1.Heartbeat;
import io.unanimous.v1.Hello;
import io.unanimous.v1.Inquire;
import io.unanimous.v1.InquiryKind;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.Vote;
import io.unanimous.v1.Welcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a participant's stream is opened, kept and opened again. */
final class ConnectTest {

    @Test
    void theResourceIsScannedBeforeHelloIsSent() {
        try (ParticipantBench bench = new ParticipantBench(
                options -> options, resource -> resource.prepared.add(Ids.branch(1, "seats", "earlier1")))) {
            assertThat(bench.resource.scans).isEqualTo(1);
            assertThat(bench.coordinator.participant().received).hasSize(1);
            Hello hello = bench.coordinator.participant().received.get(0).getHello();
            assertThat(hello.getProtocolVersion()).isEqualTo(1);
            assertThat(hello.getParticipant()).isEqualTo("bench");
            assertThat(hello.getIncarnation()).matches("[a-z0-9-]{8,36}");
            assertThat(hello.getResources(0).getName()).isEqualTo("seats");
            assertThat(hello.getResources(0).getFingerprint()).isEqualTo("scripted");
        }
    }

    @Test
    void nothingButHelloIsSentBeforeWelcome() {
        try (ParticipantBench bench = new ParticipantBench()) {
            var enlisting = bench.enlist(1);
            bench.pass(Duration.ofSeconds(4));
            assertThat(bench.coordinator.participant().received).hasSize(1);
            bench.welcome();
            assertThat(bench.enlists()).hasSize(1);
            assertThat(enlisting).isNotDone();
        }
    }

    @Test
    void afterWelcomeComeTheLiveReportAndThenTheScan() {
        try (ParticipantBench bench = new ParticipantBench(
                options -> options, resource -> resource.prepared.add(Ids.branch(1, "seats", "earlier1")))) {
            bench.welcome();
            List<ParticipantMessage> messages = bench.coordinator.participant().received;
            assertThat(messages.get(1).getInquire().getKind()).isEqualTo(InquiryKind.INQUIRY_KIND_LIVE);
            assertThat(messages.get(1).getInquire().getLast()).isTrue();
            Inquire scan = messages.get(2).getInquire();
            assertThat(scan.getKind()).isEqualTo(InquiryKind.INQUIRY_KIND_SCAN);
            assertThat(scan.getBranchesList()).containsExactly(Wire.branch(bench.foreignBranch(1)));
            assertThat(scan.getLast()).isTrue();
            assertThat(scan.getReportId())
                    .isGreaterThan(messages.get(1).getInquire().getReportId());
            assertThat(bench.handle.connected().toCompletableFuture()).isNotCompletedExceptionally();
        }
    }

    @Test
    void aFailingScanDoesNotKeepTheParticipantFromServing() {
        try (ParticipantBench bench = new ParticipantBench(
                options -> options,
                resource -> resource.onScan = () -> {
                    throw new IOException("the database is down");
                })) {
            bench.welcome();
            bench.prepared(1);
            assertThat(bench.lastVote().getVote()).isEqualTo(Vote.VOTE_PREPARED);
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN)).isEmpty();

            bench.resource.onScan = () -> null;
            bench.pass(Duration.ofSeconds(2));
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN)).isNotEmpty();
        }
    }

    @Test
    void aScanThatTakesLongDoesNotKeepTheParticipantFromServing() {
        try (ParticipantBench bench = new ParticipantBench(options -> options, resource -> {})) {
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.environment.holdWorkers();
            bench.pass(Duration.ofSeconds(2));
            assertThat(bench.coordinator.participants).hasSize(2);
            assertThat(bench.coordinator.participant().received).isEmpty();
            bench.pass(Duration.ofSeconds(3));
            assertThat(bench.coordinator.participant().received).hasSize(1);
            bench.welcome();
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN)).isEmpty();
            bench.environment.releaseWorkers();
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN)).hasSize(1);
        }
    }

    @Test
    void aLostStreamIsOpenedAgainAndWaitingVotesAndAcknowledgementsFollow() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId toPrepare = bench.active(1);
            BranchId toCommit = bench.prepared(2);
            bench.environment.holdWorkers();
            bench.prepare(toPrepare, 1);
            bench.commit(toCommit, 1);
            bench.coordinator.participant().fail(Status.UNAVAILABLE.withDescription("killed"));
            bench.environment.releaseWorkers();
            assertThat(bench.resource.calls).containsExactly("prepare 2", "prepare 1", "commit 2");

            bench.pass(Duration.ofSeconds(1));
            bench.welcome();
            assertThat(bench.coordinator.participants).hasSize(2);
            assertThat(bench.votes()).hasSize(1);
            assertThat(bench.acks()).hasSize(1);
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_LIVE).get(0).getBranchesList())
                    .containsExactly(Wire.branch(toPrepare));
        }
    }

    @Test
    void reconnectsAreSpreadUnderABoundThatGrowsAndIsCapped() {
        try (ParticipantBench bench =
                new ParticipantBench(options -> options.reconnect(Duration.ofMillis(100), Duration.ofSeconds(2)))) {
            for (int failures = 0; failures < 12; failures++) {
                int streams = bench.coordinator.participants.size();
                bench.coordinator.participant().fail(Status.UNAVAILABLE);
                bench.pass(Duration.ofMillis(Math.min(2_000, 100L << failures) + 100));
                assertThat(bench.coordinator.participants).hasSize(streams + 1);
            }
        }
    }

    @Test
    void whatAnOlderStreamStillSaysIsNotHeard() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            var older = bench.coordinator.participant();
            // The message is underway when the participant gives the stream up for silent.
            bench.environment.stall(Duration.ofSeconds(20));
            bench.environment.tick();
            older.send(CoordinatorMessage.newBuilder()
                    .setRollback(io.unanimous.v1.Rollback.newBuilder()
                            .setBranch(Wire.branch(branch))
                            .setEpoch(5)
                            .setAttempt(1))
                    .build());
            bench.environment.settle();
            assertThat(older.ended).isTrue();
            assertThat(bench.resource.calls).isEmpty();
            assertThat(bench.handle.active(branch.transactionId())).isTrue();
        }
    }

    @Test
    void aSilentStreamIsDroppedAtItsBoundAndNotBefore() {
        try (ParticipantBench bench =
                ParticipantBench.welcomed(options -> options.silenceMax(Duration.ofSeconds(15)))) {
            bench.pass(Duration.ofSeconds(15));
            assertThat(bench.coordinator.participant().ended).isFalse();
            bench.pass(Duration.ofMillis(100));
            assertThat(bench.coordinator.participants.get(0).ended).isTrue();
        }
    }

    @Test
    void aCoordinatorThatBeatsIsNotSilent() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            for (int i = 0; i < 10; i++) {
                bench.pass(Duration.ofSeconds(5));
                bench.send(CoordinatorMessage.newBuilder()
                        .setHeartbeat(Heartbeat.newBuilder().setPosition(Ids.position(5, 100 + i))));
            }
            assertThat(bench.coordinator.participants).hasSize(1);
        }
    }

    @Test
    void heartbeatsAreSentAsOftenAsTheCoordinatorAsks() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.pass(Duration.ofMillis(14_900));
            assertThat(bench.coordinator
                            .participant()
                            .received(ParticipantMessage::hasHeartbeat, ParticipantMessage::getHeartbeat))
                    .hasSizeBetween(2, 3);
        }
    }

    @Test
    void aDrainingCoordinatorIsLeftAndFoundAgainAfterTheTimeItNamed() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.send(
                    CoordinatorMessage.newBuilder().setDrain(Drain.newBuilder().setReconnectAfterMs(2_000)));
            assertThat(bench.coordinator.participant().ended).isTrue();
            bench.pass(Duration.ofMillis(1_900));
            assertThat(bench.coordinator.participants).hasSize(1);
            bench.pass(Duration.ofMillis(300));
            assertThat(bench.coordinator.participants).hasSize(2);
        }
    }

    @Test
    void aCoordinatorOfALowerEpochIsNotObeyed() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.pass(Duration.ofSeconds(1));
            bench.epoch = 4;
            bench.welcome();
            assertThat(bench.coordinator.participant().ended).isTrue();
            assertThat(bench.inquiries(InquiryKind.INQUIRY_KIND_LIVE)).isEmpty();
        }
    }

    /**
     * A copy of its store ran meanwhile, and the clock was set back: nothing but a start above that epoch makes it heard
     * again, and it can only know of the epoch from here. What was told in HOLD never took the place of the position.
     */
    @Test
    void aCoordinatorOfALowerEpochIsShownTheHigherOne() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.pass(Duration.ofSeconds(1));
            bench.send(CoordinatorMessage.newBuilder()
                    .setWelcome(Welcome.newBuilder()
                            .setPosition(Ids.position(9, 3))
                            .setHeartbeatMs(5_000)
                            .setHold(true)));
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.pass(Duration.ofSeconds(1));
            bench.welcome();
            assertThat(bench.coordinator.participant().ended).isTrue();

            bench.pass(Duration.ofSeconds(5));

            Hello hello = bench.coordinator.participant().received.get(0).getHello();
            LogPosition kept = hello.getSeen(0);
            assertThat(kept.getEpoch()).isEqualTo(5);
            assertThat(hello.getSeenList())
                    .containsExactly(
                            kept,
                            kept.toBuilder()
                                    .setEpoch(9)
                                    .setEpochNonce(0)
                                    .setLogNumber(0)
                                    .build());
        }
    }

    @Test
    void helloShowsTheHighestPositionEverSeen() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.send(CoordinatorMessage.newBuilder()
                    .setHeartbeat(Heartbeat.newBuilder().setPosition(Ids.position(5, 170))));
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.pass(Duration.ofSeconds(1));
            Hello hello = bench.coordinator.participant().received.get(0).getHello();
            assertThat(hello.getSeenList()).containsExactly(Ids.position(5, 170));
        }
    }

    @Test
    void aWelcomeInHoldDoesNotLowerWhatIsKept() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.pass(Duration.ofSeconds(1));
            LogPosition restored = Ids.position(6, 3);
            bench.send(CoordinatorMessage.newBuilder()
                    .setWelcome(Welcome.newBuilder()
                            .setPosition(restored)
                            .setHeartbeatMs(5_000)
                            .setHold(true)));
            bench.coordinator.participant().fail(Status.UNAVAILABLE);
            bench.pass(Duration.ofSeconds(1));
            assertThat(bench.coordinator
                            .participant()
                            .received
                            .get(0)
                            .getHello()
                            .getSeenList())
                    .containsExactly(Ids.position(5, 100));
        }
    }

    @Test
    void anythingBeforeWelcomeEndsTheStream() {
        try (ParticipantBench bench = new ParticipantBench()) {
            bench.rollback(bench.branch(1), 1);
            assertThat(bench.coordinator.participant().ended).isTrue();
            assertThat(bench.resource.calls).isEmpty();
        }
    }

    @Test
    void rubbishInTheMiddleOfAStreamIsIgnored() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.send(CoordinatorMessage.newBuilder());
            bench.send(CoordinatorMessage.newBuilder()
                    .setRollback(io.unanimous.v1.Rollback.newBuilder().setEpoch(5)));
            bench.rollback(Ids.branch(1, "another", "suffix1"), 1);
            bench.prepared(1);
            assertThat(bench.resource.calls).containsExactly("prepare 1");
        }
    }

    @Test
    void messagesOfOneTurnLeaveInOneFrame() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            for (int i = 1; i <= 50; i++) {
                var unused = bench.handle.enlistAsync(Ids.transaction(i), new byte[0]);
            }
            bench.environment.settle();
            assertThat(bench.enlists()).hasSize(50);
            List<Integer> frames = bench.coordinator.participant().frameSizes;
            assertThat(frames.get(frames.size() - 1)).isEqualTo(50);
        }
    }

    @Test
    void closingEndsTheStreamAfterTheCallsThatRun() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            BranchId branch = bench.active(1);
            bench.environment.holdWorkers();
            bench.prepare(branch, 1);
            ParticipantHost host = bench.client.host("seats");
            var closed = host.close();
            bench.environment.settle();
            assertThat(closed).isNotDone();
            bench.environment.releaseWorkers();
            assertThat(bench.votes()).hasSize(1);
            assertThat(bench.coordinator.participant().ended).isTrue();
            assertThat(bench.resource.ended).isTrue();
            assertThat(closed).isDone();
        }
    }
}
