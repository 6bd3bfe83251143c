package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.unanimous.it.CrashRow.Crash;
import io.unanimous.it.CrashRow.Place;
import io.unanimous.it.CrashRow.Work;
import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.CoordinatorUnavailableException;
import io.unanimous.sdk.CrashPoint;
import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.OutcomeUnknownException;
import io.unanimous.sdk.RolledBackException;
import io.unanimous.sdk.TransactionOptions;
import io.unanimous.sdk.TransactionOutcome;
import io.unanimous.sdk.TransactionOutcome.Status;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.v1.GetTransactionResponse;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.ParticipantDetail;
import io.unanimous.v1.TransactionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills processes with SIGKILL where {@link CrashRow} says, starts them again, and demands that both databases, the
 * coordinator and the client agree, for ever: nothing left prepared, no money gained or lost, no answer taken back.
 *
 * <p>The processes live on from row to row, as long as no row kills them: each row also finds what all rows before left.
 */
final class CrashTableIT {

    private static final Duration REACHED_MAX = Duration.ofSeconds(20);
    private static final Duration CONVERGED_MAX = Duration.ofSeconds(45);
    private static final Duration POLL = Duration.ofMillis(25);
    private static final long AMOUNT = 7;

    private static final List<String> report = new ArrayList<>();
    private static CoordinatorProcess coordinator;
    private static LedgerProcess a;
    private static LedgerProcess b;
    private static CoordinatorClient wire;
    private static UnanimousClient client;
    private static final Map<String, Status> answers = new LinkedHashMap<>();
    private static long transfers = 1_000;
    private boolean passed;

    /** What the client was told when it committed: nothing, or a definite answer. */
    private record Told(Status status) {}

    @BeforeAll
    static void start() {
        coordinator = new CoordinatorProcess();
        Path evidence = DaemonProcess.freshDirectory("evidence");
        evidence.getParent().toFile().mkdirs();
        a = new LedgerProcess(Ledger.a(), coordinator.address(), evidence.resolveSibling("a"));
        b = new LedgerProcess(Ledger.b(), coordinator.address(), evidence.resolveSibling("b"));
        wire = new CoordinatorClient(coordinator.address());
        client = UnanimousClient.connect(ClientOptions.builder(coordinator.address())
                .name("the crash table")
                .reconnect(Duration.ofMillis(50), Duration.ofMillis(300))
                .askAgainAfter(Duration.ofSeconds(1))
                .requestTimeout(Duration.ofSeconds(20))
                .build());
        coordinator.awaitReady();
    }

    @AfterAll
    static void stop() throws IOException {
        if (client != null) {
            client.close();
            wire.close();
        }
        for (AutoCloseable process : new AutoCloseable[] {a, b, coordinator}) {
            if (process instanceof LedgerProcess ledger) {
                ledger.close();
            } else if (process instanceof CoordinatorProcess daemon) {
                daemon.close();
            }
        }
        report.forEach(System.out::println);
        Files.write(Path.of("target", "crash-table.txt"), report);
    }

    /** A row that failed may leave anything behind: the next one begins with processes of its own. */
    @AfterEach
    void replaceAfterFailure() {
        if (!passed) {
            a.kill9();
            b.kill9();
            coordinator.kill9();
            a.start();
            b.start();
            coordinator.start();
        }
    }

    @Test
    void everyPointIsInTheTable() {
        passed = true;
        Set<io.unanimous.coordinator.runtime.CrashPoint> coordinators =
                EnumSet.allOf(io.unanimous.coordinator.runtime.CrashPoint.class);
        Set<CrashPoint> participants = EnumSet.allOf(CrashPoint.class);
        for (Place place : CrashRow.places()) {
            coordinators.remove(place.coordinator());
            participants.remove(place.participant());
        }
        assertThat(coordinators)
                .as("the coordinator's crash points that no row reaches")
                .isEmpty();
        assertThat(participants)
                .as("participants' crash points that no row reaches")
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void crash(CrashRow row) throws Exception {
        long began = System.nanoTime();
        awaitConnected();
        long transfer = ++transfers;
        GlobalTransaction tx = client.begin(options(row.work()));
        CompletableFuture<Told> told = doWorkAndCrash(row, tx, transfer);
        recover(row.crash());
        Told answer = answerOf(told);
        TransactionOutcome outcome = converge(tx.id());

        assertThat(outcome.status()).as("outcome of " + tx.id()).isIn(row.outcomes());
        if (answer.status() != null && answer.status() != Status.UNKNOWN) {
            assertThat(outcome.status())
                    .as("what commit was answered, and what is answered now")
                    .isEqualTo(answer.status());
        }
        assertThat(outcome.heuristic()).isEqualTo(TransactionOutcome.Heuristic.NONE);
        Bank.requireConsistent();
        requireBooks(row.work(), transfer, outcome.status());
        requireEarlierAnswers();
        answers.put(tx.id(), outcome.status());
        passed = true;
        report.add("%-48s %-14s %-58s %-11s %5d ms"
                .formatted(
                        row,
                        row.crash().who(),
                        row.crash().where(),
                        outcome.status(),
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)));
    }

    private static TransactionOptions options(Work work) {
        return TransactionOptions.defaults()
                .withTimeout(Duration.ofSeconds(30))
                .withShortcuts(work == Work.ONE_PHASE, false);
    }

    private static void awaitConnected() {
        await().alias("both participants are connected")
                .atMost(CONVERGED_MAX)
                .pollInterval(POLL)
                .ignoreExceptions()
                .until(() -> wire
                        .admin()
                        .listParticipants(io.unanimous.v1.ListParticipantsRequest.getDefaultInstance())
                        .getParticipantsList()
                        .stream()
                        .map(ParticipantDetail::getParticipant)
                        .collect(Collectors.toSet())
                        .containsAll(Set.of(nameOf(a), nameOf(b))));
    }

    private static String nameOf(LedgerProcess process) {
        return process.ledger().resource() + " " + process.process().pid();
    }

    // ---- working and dying --------------------------------------------------------------------------------------

    private static CompletableFuture<Told> doWorkAndCrash(CrashRow row, GlobalTransaction tx, long transfer) {
        Crash crash = row.crash();
        boolean beforeEnlist = crash.first() != null && crash.first().participant() == CrashPoint.BEFORE_ENLIST_SENT;
        if (row.work() == Work.ONE_PHASE) {
            a.book(tx.id(), transfer, 1, 0);
        } else {
            b.book(tx.id(), transfer, 1, AMOUNT);
            if (row.work() == Work.REFUSED_BY_B) {
                b.spoil(tx.id());
            }
            if (!beforeEnlist) {
                a.book(tx.id(), transfer, 1, -AMOUNT);
            }
        }
        if (crash.first() == null) {
            kill(crash);
            return committing(tx);
        }
        arm(crash.first());
        if (beforeEnlist) {
            a.bookUnanswered(tx.id(), transfer, 1, -AMOUNT);
            awaitReached(crash.first());
            kill(crash);
            return CompletableFuture.supplyAsync(() -> new Told(tx.rollback().status()));
        }
        CompletableFuture<Told> told = committing(tx);
        awaitReached(crash.first());
        kill(crash);
        return told;
    }

    private static CompletableFuture<Told> committing(GlobalTransaction tx) {
        return tx.commitAsync().toCompletableFuture().handle((outcome, failure) -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause == null) {
                return new Told(outcome.status());
            } else if (cause instanceof RolledBackException) {
                return new Told(Status.ROLLED_BACK);
            } else if (cause instanceof OutcomeUnknownException unknown) {
                return new Told(unknown.lost() ? Status.UNKNOWN : null);
            } else if (cause instanceof CoordinatorUnavailableException) {
                return new Told(null);
            }
            throw new CompletionException(cause);
        });
    }

    private static Told answerOf(CompletableFuture<Told> told) throws InterruptedException, TimeoutException {
        try {
            return told.get(CONVERGED_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("the client's commit failed in a way that no row allows", e.getCause());
        }
    }

    private static void arm(Place place) {
        if (place.coordinator() != null) {
            coordinator.arm(place.coordinator());
        } else {
            a.arm(place.participant());
        }
    }

    private static void awaitReached(Place place) {
        ChildProcess process = place.coordinator() != null ? coordinator.process() : a.process();
        process.awaitLine(("CRASHPOINT " + place)::equals, "that it reached " + place, REACHED_MAX);
    }

    private static void kill(Crash crash) {
        if (crash.coordinatorDies()) {
            coordinator.kill9();
        }
        if (crash.participantDies()) {
            a.kill9();
        }
    }

    // ---- recovering ---------------------------------------------------------------------------------------------

    private static void recover(Crash crash) {
        Place second = crash.second();
        if (crash.coordinatorDies()) {
            if (second != null && second.coordinator() != null) {
                coordinator.start(second.coordinator());
                awaitReached(second);
                coordinator.kill9();
            }
            coordinator.start();
        }
        if (crash.participantDies()) {
            if (second != null && second.participant() != null) {
                a.start(second.participant());
                awaitReached(second);
                a.kill9();
            }
            a.start();
        }
    }

    private static TransactionOutcome converge(String id) {
        await().alias("nothing is prepared and nothing in doubt")
                .atMost(CONVERGED_MAX)
                .pollInterval(POLL)
                .ignoreExceptions()
                .untilAsserted(() -> {
                    // A one-phase commit that lost its answer stays in doubt until an operator has looked.
                    assertThat(wire.inDoubt().getTransactionsList())
                            .allMatch(listed -> listed.getState() == TransactionState.TRANSACTION_STATE_UNKNOWN);
                    assertThat(Ledger.a().prepared()).isEmpty();
                    assertThat(Ledger.b().prepared()).isEmpty();
                    GetTransactionResponse told = wire.outcome(id);
                    assertThat(told.getOutcome()).isNotEqualTo(Outcome.OUTCOME_IN_PROGRESS);
                    if (told.getOutcome() == Outcome.OUTCOME_COMMITTED) {
                        assertThat(told.getPendingBranches()).isZero();
                    }
                });
        return client.outcome(id);
    }

    /** What was answered before this crash is answered still, but for one phase, which leaves no record. */
    private static void requireEarlierAnswers() {
        answers.forEach((id, before) -> {
            Status now = client.outcome(id).status();
            boolean onePhase = id.charAt(id.length() - 1) != '0';
            if (!onePhase || now != Status.UNKNOWN) {
                assertThat(now).as("what was answered before about " + id).isEqualTo(before);
            }
        });
    }

    private static void requireBooks(Work work, long transfer, Status outcome) {
        boolean inA = Bank.booked(Ledger.a(), transfer);
        if (work != Work.ONE_PHASE) {
            assertThat(Bank.booked(Ledger.b(), transfer))
                    .as("booked in B as in A")
                    .isEqualTo(inA);
        }
        if (outcome != Status.UNKNOWN) {
            assertThat(inA).as("booked").isEqualTo(outcome == Status.COMMITTED);
        }
    }
}
