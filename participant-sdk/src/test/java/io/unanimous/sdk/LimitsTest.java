package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Inquire;
import io.unanimous.v1.InquiryKind;
import io.unanimous.v1.Rollback;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Bounds that only show with the whole client around them. Those of the small parts are tried in PartsTest. */
final class LimitsTest {

    @Test
    void aClientWaitsForSoManyAnswersAndNoMore() {
        ManualEnvironment environment = new ManualEnvironment();
        try (FakeCoordinator coordinator = new FakeCoordinator()) {
            UnanimousClient client = new UnanimousClient(
                    ClientOptions.builder("unused").channel(coordinator::dial).build(), environment);
            List<CompletableFuture<GlobalTransaction>> begun = new ArrayList<>();
            for (int i = 0; i < Limits.OPERATIONS_MAX; i++) {
                begun.add(client.beginAsync(TransactionOptions.defaults()).toCompletableFuture());
            }
            environment.settle();
            assertThat(begun).noneMatch(CompletableFuture::isDone);
            CompletableFuture<GlobalTransaction> above =
                    client.beginAsync(TransactionOptions.defaults()).toCompletableFuture();
            environment.settle();
            assertThatThrownBy(above::join)
                    .cause()
                    .isInstanceOfSatisfying(
                            RequestRejectedException.class,
                            rejected -> assertThat(rejected.reason()).isEqualTo("CLIENT_OVERLOADED"));
            assertThat(coordinator.session().received).hasSize(Limits.OPERATIONS_MAX);
        }
    }

    @Test
    void aScanAtItsLimitIsCompleteAndOneAboveIsReportedInPartAndRepeated() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            for (int i = 0; i < Limits.SCAN_BRANCHES_MAX; i++) {
                bench.resource.prepared.add(bench.foreignBranch(i));
            }
            List<Inquire> atTheLimit = rescan(bench);
            assertThat(branches(atTheLimit)).isEqualTo(Limits.SCAN_BRANCHES_MAX);
            assertThat(atTheLimit.get(atTheLimit.size() - 1).getLast()).isTrue();

            bench.resource.prepared.add(bench.foreignBranch(Limits.SCAN_BRANCHES_MAX));
            List<Inquire> above = rescan(bench);
            assertThat(branches(above)).isEqualTo(Limits.SCAN_BRANCHES_MAX);
            assertThat(above).noneMatch(Inquire::getLast);
            int scans = bench.resource.scans;
            bench.pass(Duration.ofMillis(600));
            assertThat(bench.resource.scans).isEqualTo(scans + 1);
        }
    }

    private static List<Inquire> rescan(ParticipantBench bench) {
        int before = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN).size();
        bench.handle.resourceReconnected();
        bench.environment.settle();
        List<Inquire> after = bench.inquiries(InquiryKind.INQUIRY_KIND_SCAN);
        return after.subList(before, after.size());
    }

    private static int branches(List<Inquire> pages) {
        return pages.stream().mapToInt(Inquire::getBranchesCount).sum();
    }

    @Test
    void aParticipantThatFallsBehindReadsNoFurtherUntilItHasCaughtUp() {
        try (ParticipantBench bench = ParticipantBench.welcomed()) {
            bench.environment.holdWorkers();
            for (int frame = 0; frame < 12; frame++) {
                CoordinatorMessage[] rollbacks = new CoordinatorMessage[1_024];
                for (int i = 0; i < rollbacks.length; i++) {
                    rollbacks[i] = CoordinatorMessage.newBuilder()
                            .setRollback(Rollback.newBuilder()
                                    .setBranch(Wire.branch(bench.foreignBranch(frame * 1_024 + i)))
                                    .setEpoch(5)
                                    .setAttempt(1))
                            .build();
                }
                bench.coordinator.participant().send(rollbacks);
                bench.environment.settle();
            }
            assertThat(bench.environment.workWaiting())
                    .isBetween(Limits.CALLS_MAX, Limits.CALLS_MAX + Limits.FRAMES_AHEAD_MAX * 1_024);
            // Somebody who does not listen has no reason to call the other silent.
            bench.pass(Duration.ofSeconds(40));
            assertThat(bench.coordinator.participants).hasSize(1);
            bench.environment.releaseWorkers();
            assertThat(bench.acks()).hasSize(12 * 1_024);
        }
    }
}
