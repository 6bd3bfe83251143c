package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.RequestRejectedException;
import io.unanimous.sdk.RolledBackException;
import io.unanimous.sdk.TransactionOptions;
import io.unanimous.sdk.TransactionOutcome;
import io.unanimous.sdk.TransactionOutcome.Status;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sdk.xa.XaParticipant;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The main job, all of it real: the packaged daemon, two PostgreSQL servers, and services in their own processes. */
final class EndToEndIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final AtomicLong transfers = new AtomicLong(10_000);

    private static DaemonProcess daemon;
    private static UnanimousClient client;
    private static XaParticipant ledgerA;
    private static XaParticipant ledgerB;

    @BeforeAll
    static void start() {
        daemon = DaemonProcess.start(DaemonProcess.freshDirectory("end-to-end"));
        client = UnanimousClient.connect(daemon.address());
        ledgerA = client.participant(
                Ledger.a().resource(), XaParticipant.of(Ledger.a().xaDataSource()));
        ledgerB = client.participant(
                Ledger.b().resource(), XaParticipant.of(Ledger.b().xaDataSource()));
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (daemon != null) {
            daemon.close();
        }
    }

    @AfterEach
    void booksBalance() {
        Bank.requireConsistent();
    }

    private static void transfer(GlobalTransaction tx, long transfer, long amount) throws SQLException {
        transfer(tx, transfer, 2, amount);
    }

    private static void transfer(GlobalTransaction tx, long transfer, int account, long amount) throws SQLException {
        try (Connection a = ledgerA.join(tx.id())) {
            Ledger.book(a, transfer, account, -amount);
        }
        try (Connection b = ledgerB.join(tx.id())) {
            Ledger.book(b, transfer, account, amount);
        }
    }

    private static void assertBooked(long transfer, boolean booked) {
        assertThat(Bank.booked(Ledger.a(), transfer)).as("in ledger A").isEqualTo(booked);
        assertThat(Bank.booked(Ledger.b(), transfer)).as("in ledger B").isEqualTo(booked);
    }

    @Test
    void aTransferCommitsInBothDatabases() throws SQLException {
        long transfer = transfers.incrementAndGet();
        TransactionOutcome outcome;
        String id;
        try (GlobalTransaction tx = client.begin(TIMEOUT)) {
            id = tx.id();
            transfer(tx, transfer, 25);
            assertBooked(transfer, false);
            outcome = tx.commit();
        }
        assertThat(outcome.status()).isEqualTo(Status.COMMITTED);
        assertThat(outcome.pendingBranches()).isZero();
        assertBooked(transfer, true);
        assertThat(client.outcome(id).status()).isEqualTo(Status.COMMITTED);
    }

    @Test
    void aTransferThatIsNotCommittedRollsBackInBoth() throws SQLException {
        long transfer = transfers.incrementAndGet();
        String id;
        try (GlobalTransaction tx = client.begin(TIMEOUT)) {
            id = tx.id();
            transfer(tx, transfer, 25);
        }
        assertBooked(transfer, false);
        assertThat(client.outcome(id).status()).isEqualTo(Status.ROLLED_BACK);
    }

    @Test
    void aFailedBranchRollsBackTheOther() throws SQLException {
        long transfer = transfers.incrementAndGet();
        GlobalTransaction tx = client.begin(TIMEOUT);
        transfer(tx, transfer, 25);
        try (Connection b = ledgerB.join(tx.id());
                Statement statement = b.createStatement()) {
            assertThatThrownBy(() -> statement.execute("SELECT 1 / 0")).isInstanceOf(SQLException.class);
        }
        assertThatThrownBy(tx::commit).isInstanceOfSatisfying(RolledBackException.class, refused -> {
            assertThat(refused.resource()).isEqualTo(Ledger.b().resource());
            assertThat(refused.transactionId()).isEqualTo(tx.id());
            assertThat(refused.reason()).isNotBlank();
        });
        assertBooked(transfer, false);
    }

    @Test
    void aTransactionPastItsTimeoutIsRolledBack() throws SQLException {
        long transfer = transfers.incrementAndGet();
        GlobalTransaction tx = client.begin(Duration.ofMillis(500));
        transfer(tx, transfer, 25);
        await().atMost(TIMEOUT).until(() -> client.outcome(tx.id()).status() == Status.ROLLED_BACK);
        assertThatThrownBy(tx::commit).isInstanceOf(RolledBackException.class);
        assertThatThrownBy(() -> ledgerA.join(tx.id()).close()).isInstanceOf(SQLException.class);
        assertBooked(transfer, false);
    }

    @Test
    void aCommittedTransactionIsNotRolledBack() throws SQLException {
        long transfer = transfers.incrementAndGet();
        GlobalTransaction tx = client.begin(TIMEOUT);
        transfer(tx, transfer, 25);
        assertThat(tx.commit().status()).isEqualTo(Status.COMMITTED);
        assertThatThrownBy(tx::rollback)
                .isInstanceOfSatisfying(
                        RequestRejectedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo("ALREADY_COMMITTED"));
        assertBooked(transfer, true);
    }

    @Test
    void shortcutsCommitToo() throws SQLException {
        long transfer = transfers.incrementAndGet();
        TransactionOptions shortcuts = TransactionOptions.defaults().withShortcuts(true, true);
        GlobalTransaction onePhase = client.begin(shortcuts);
        try (Connection a = ledgerA.join(onePhase.id())) {
            Ledger.book(a, transfer, 3, 0);
        }
        assertThat(onePhase.commit().status()).isEqualTo(Status.COMMITTED);
        assertThat(Bank.booked(Ledger.a(), transfer)).isTrue();

        GlobalTransaction reading = client.begin(shortcuts);
        for (XaParticipant ledger : List.of(ledgerA, ledgerB)) {
            try (Connection connection = ledger.join(reading.id());
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT count(*) FROM journal");
            }
        }
        assertThat(reading.commit().status()).isEqualTo(Status.COMMITTED);
    }

    @Test
    void manyTransfersAtOnceAllCommit() throws Exception {
        int threads = 8;
        int each = 25;
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int account = thread + 1;
                running.add(workers.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        long transfer = transfers.incrementAndGet();
                        try (GlobalTransaction tx = client.begin(TIMEOUT)) {
                            transfer(tx, transfer, account, 1 + i);
                            assertThat(tx.commit().status()).isEqualTo(Status.COMMITTED);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> future : running) {
                future.get(120, TimeUnit.SECONDS);
            }
        } finally {
            workers.shutdownNow();
        }
    }

    /** The id alone is passed on; a service elsewhere does its part of the work with it. */
    @Test
    void servicesInOtherProcessesTakePart() {
        long transfer = transfers.incrementAndGet();
        DaemonProcess another = DaemonProcess.start(DaemonProcess.freshDirectory("other-processes"));
        try (another;
                LedgerProcess a = new LedgerProcess(
                        Ledger.a(), another.address(), another.dataDir().resolveSibling("a"));
                LedgerProcess b = new LedgerProcess(
                        Ledger.b(), another.address(), another.dataDir().resolveSibling("b"));
                UnanimousClient initiator = UnanimousClient.connect(another.address())) {
            a.awaitReady();
            b.awaitReady();
            GlobalTransaction tx = initiator.begin(TIMEOUT);
            a.book(tx.id(), transfer, 4, -10);
            b.book(tx.id(), transfer, 4, 10);
            assertThat(tx.commit().status()).isEqualTo(Status.COMMITTED);
            assertBooked(transfer, true);
        }
    }

    @Test
    void aRestartOfTheDaemonIsSurvived() throws SQLException {
        long before = transfers.incrementAndGet();
        GlobalTransaction committed = client.begin(TIMEOUT);
        transfer(committed, before, 5);
        assertThat(committed.commit().status()).isEqualTo(Status.COMMITTED);
        long during = transfers.incrementAndGet();
        GlobalTransaction undecided = client.begin(TIMEOUT);
        transfer(undecided, during, 5);

        assertThat(daemon.stop()).as("exit code").isZero();
        daemon.startAgain();

        assertThat(client.outcome(committed.id()).status()).isEqualTo(Status.COMMITTED);
        assertThatThrownBy(undecided::commit).isInstanceOf(RolledBackException.class);
        assertBooked(during, false);
        long after = transfers.incrementAndGet();
        GlobalTransaction next = client.begin(TIMEOUT);
        transfer(next, after, 5);
        assertThat(next.commit().status()).isEqualTo(Status.COMMITTED);
        assertBooked(after, true);
    }
}
