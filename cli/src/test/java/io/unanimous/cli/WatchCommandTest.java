package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.TransactionSummary;
import io.unanimous.v1.WatchTransactionsRequest;
import io.unanimous.v1.WatchTransactionsResponse;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class WatchCommandTest {
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final TestShell shell = new TestShell(coordinator);

    @AfterEach
    void close() {
        coordinator.close();
    }

    @Test
    void showsChangesAsTheyCome() {
        coordinator.watches.add(WatchCommandTest::threeChanges);
        assertThat(shell.run("watch --count 3 --resource ledger-db")).isEqualTo(ExitCode.OK);
        Golden.check("watch.txt", shell.out());
        assertThat(coordinator.asked(WatchTransactionsRequest.class))
                .containsExactly(WatchTransactionsRequest.newBuilder()
                        .setResource("ledger-db")
                        .build());
        assertThat(shell.err())
                .contains("Ctrl-C ends")
                .contains("5 changes were left out before the next line: they came faster than they were read.");
    }

    @Test
    void jsonIsOneObjectALine() {
        coordinator.watches.add(WatchCommandTest::threeChanges);
        shell.run("watch --count 3 -o json");
        Golden.check("watch.json", shell.out());
        assertThat(shell.out().lines()).hasSize(3);
    }

    @Test
    void yamlIsOneDocumentAChange() {
        coordinator.watches.add(WatchCommandTest::threeChanges);
        shell.run("watch --count 3 -o yaml");
        List<Object> documents = new ArrayList<>();
        new Yaml().loadAll(shell.out()).forEach(documents::add);
        assertThat(documents).hasSize(3);
        Golden.check("watch.yaml", shell.out());
    }

    @Test
    void waitsForACoordinatorThatRestarts() {
        coordinator.watches.add(observer -> {
            observer.onNext(change(Samples.fresh(), 0));
            observer.onError(Status.UNAVAILABLE.withDescription("stopping").asRuntimeException());
        });
        coordinator.watches.add(WatchCommandTest::threeChanges);
        shell.pause = new RestartAfter(3);
        assertThat(shell.run("watch --count 4")).isEqualTo(ExitCode.OK);
        assertThat(shell.out().lines()).hasSize(1 + 4);
        assertThat(shell.err())
                .containsOnlyOnce("The coordinator went away; waiting for it to come back.")
                .contains("Ctrl-C ends");
    }

    @Test
    void streamThatEndsIsACoordinatorThatGoesAway() {
        coordinator.watches.add(StreamObserver::onCompleted);
        assertThat(shell.run("watch --reconnect-for 0s")).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(shell.err()).contains("no coordinator answers");
    }

    @Test
    void nothingToWatchEndsAtOnce() {
        coordinator.refuse(Status.Code.UNAVAILABLE, "", "io exception");
        assertThat(shell.run("watch")).isEqualTo(ExitCode.UNAVAILABLE);
    }

    @Test
    void patienceEnds() {
        coordinator.watches.add(StreamObserver::onCompleted);
        shell.pause = ms -> coordinator.refuse(Status.Code.UNAVAILABLE, "", "io exception");
        assertThat(shell.run("watch --reconnect-for 1ms")).isEqualTo(ExitCode.UNAVAILABLE);
    }

    @Test
    void refusedWatchIsNotTriedAgain() {
        coordinator.watches.add(observer -> observer.onError(
                Status.INVALID_ARGUMENT.withDescription("no such resource").asRuntimeException()));
        assertThat(shell.run("watch --resource nowhere")).isEqualTo(ExitCode.USAGE);
        assertThat(shell.err()).contains("no such resource");
    }

    @Test
    void readerThatWentAwayEndsIt() {
        coordinator.watches.add(WatchCommandTest::threeChanges);
        PrintStream closed = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8) {
            @Override
            public boolean checkError() {
                return true;
            }
        };
        assertThat(shell.run(closed, "watch")).isEqualTo(ExitCode.BROKEN_PIPE);
    }

    @Test
    void wrongOptionsAreUsageErrors() {
        assertThat(shell.run("watch --resource Nowhere")).isEqualTo(ExitCode.USAGE);
        assertThat(shell.run("watch --count 0")).isEqualTo(ExitCode.USAGE);
        assertThat(shell.run("watch --reconnect-for 5")).isEqualTo(ExitCode.USAGE);
    }

    private static void threeChanges(StreamObserver<WatchTransactionsResponse> observer) {
        observer.onNext(change(Samples.fresh(), 0));
        observer.onNext(change(Samples.stuck(), 5));
        observer.onNext(change(
                Samples.fresh().toBuilder()
                        .setState(TransactionState.TRANSACTION_STATE_ROLLED_BACK)
                        .setInitiator("\u001b[2Jforged")
                        .build(),
                0));
    }

    private static WatchTransactionsResponse change(TransactionSummary transaction, long dropped) {
        return WatchTransactionsResponse.newBuilder()
                .setTransaction(transaction)
                .setUnixMs(Samples.ago(1_000))
                .setDropped(dropped)
                .build();
    }

    /** A coordinator that refuses connections for as many pauses. */
    private final class RestartAfter implements Shell.Pause {
        private int pausesLeft;

        RestartAfter(int pauses) {
            pausesLeft = pauses;
        }

        @Override
        public void forMs(long ms) {
            if (--pausesLeft > 0) {
                coordinator.refuse(Status.Code.UNAVAILABLE, "", "io exception");
            }
        }
    }
}
