package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.TransactionOptions;
import io.unanimous.sdk.TransactionOutcome.Status;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sdk.xa.XaParticipant;
import io.unanimous.v1.ListParticipantsRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a transaction costs, by the daemon's own counters: with N writing branches one forced write, one lazy write, 2N
 * commands out and 2N in, which is the least that presumed abort can do.
 */
final class CountersIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final AtomicLong transfers = new AtomicLong(20_000);

    private static DaemonProcess daemon;
    private static UnanimousClient client;
    private static XaParticipant ledgerA;
    private static XaParticipant ledgerB;

    /** What is counted between two looks. */
    private record Cost(
            long forcedWrites, long lazyWrites, long prepares, long votes, long commits, long rollbacks, long acks) {

        static Cost now() {
            Map<String, Long> counters = daemon.client().status().getCountersMap();
            Map<String, Long> read = new LinkedHashMap<>();
            for (String name : List.of(
                    "log_forced_writes",
                    "log_lazy_writes",
                    "messages_out_prepare",
                    "messages_in_vote",
                    "messages_out_commit",
                    "messages_out_rollback",
                    "messages_in_ack")) {
                assertThat(counters).containsKey(name);
                read.put(name, counters.get(name));
            }
            return new Cost(
                    read.get("log_forced_writes"),
                    read.get("log_lazy_writes"),
                    read.get("messages_out_prepare"),
                    read.get("messages_in_vote"),
                    read.get("messages_out_commit"),
                    read.get("messages_out_rollback"),
                    read.get("messages_in_ack"));
        }

        Cost minus(Cost before) {
            return new Cost(
                    forcedWrites - before.forcedWrites,
                    lazyWrites - before.lazyWrites,
                    prepares - before.prepares,
                    votes - before.votes,
                    commits - before.commits,
                    rollbacks - before.rollbacks,
                    acks - before.acks);
        }
    }

    @BeforeAll
    static void start() {
        daemon = DaemonProcess.start(DaemonProcess.freshDirectory("counters"));
        client = UnanimousClient.connect(daemon.address());
        ledgerA = client.participant(
                Ledger.a().resource(), XaParticipant.of(Ledger.a().xaDataSource()));
        ledgerB = client.participant(
                Ledger.b().resource(), XaParticipant.of(Ledger.b().xaDataSource()));
        // A resource that is new is bound to its name by a forced record, once: that is no transaction's cost.
        await().atMost(TIMEOUT)
                .until(() -> daemon.client()
                                .admin()
                                .listParticipants(ListParticipantsRequest.getDefaultInstance())
                                .getParticipantsCount()
                        == 2);
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

    private interface Work {
        void run() throws SQLException;
    }

    /** The cost of the work: the lazy writes of its end are waited for, nothing more may come. */
    private static Cost costOf(Cost expected, Work work) throws SQLException {
        Cost before = Cost.now();
        work.run();
        await().atMost(TIMEOUT).until(() -> Cost.now().minus(before).lazyWrites() >= expected.lazyWrites());
        return Cost.now().minus(before);
    }

    private static void book(XaParticipant ledger, String id, long transfer, long amount) throws SQLException {
        try (Connection connection = ledger.join(id)) {
            Ledger.book(connection, transfer, 1, amount);
        }
    }

    private static void read(XaParticipant ledger, String id) throws SQLException {
        try (Connection connection = ledger.join(id);
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT count(*) FROM journal");
        }
    }

    @Test
    void twoWritingBranchesCostOneForcedWriteAndEightCommands() throws SQLException {
        Cost expected = new Cost(1, 1, 2, 2, 2, 0, 2);
        Cost cost = costOf(expected, () -> {
            GlobalTransaction tx = client.begin(TIMEOUT);
            long transfer = transfers.incrementAndGet();
            book(ledgerA, tx.id(), transfer, -3);
            book(ledgerB, tx.id(), transfer, 3);
            assertThat(tx.commit().status()).isEqualTo(Status.COMMITTED);
        });
        assertThat(cost).isEqualTo(expected);
    }

    @Test
    void aRollbackForcesNothing() throws SQLException {
        Cost expected = new Cost(0, 0, 0, 0, 0, 2, 2);
        Cost cost = costOf(expected, () -> {
            GlobalTransaction tx = client.begin(TIMEOUT);
            long transfer = transfers.incrementAndGet();
            book(ledgerA, tx.id(), transfer, -3);
            book(ledgerB, tx.id(), transfer, 3);
            assertThat(tx.rollback().status()).isEqualTo(Status.ROLLED_BACK);
        });
        assertThat(cost).isEqualTo(expected);
    }

    @Test
    void aRefusalForcesNothing() throws SQLException {
        Cost cost = costOf(new Cost(0, 0, 0, 0, 0, 0, 0), () -> {
            GlobalTransaction tx = client.begin(TIMEOUT);
            book(ledgerA, tx.id(), transfers.incrementAndGet(), -3);
            try (Connection b = ledgerB.join(tx.id());
                    Statement statement = b.createStatement()) {
                org.assertj.core.api.Assertions.assertThatThrownBy(() -> statement.execute("SELECT 1 / 0"))
                        .isInstanceOf(SQLException.class);
            }
            org.assertj.core.api.Assertions.assertThatThrownBy(tx::commit)
                    .isInstanceOf(io.unanimous.sdk.RolledBackException.class);
        });
        assertThat(cost.forcedWrites()).isZero();
        assertThat(cost.lazyWrites()).isZero();
        assertThat(cost.commits()).isZero();
    }

    @Test
    void onePhaseByOptionWritesNothing() throws SQLException {
        Cost expected = new Cost(0, 0, 0, 0, 1, 0, 1);
        Cost cost = costOf(expected, () -> {
            GlobalTransaction tx = client.begin(TransactionOptions.defaults().withShortcuts(true, false));
            book(ledgerA, tx.id(), transfers.incrementAndGet(), 0);
            assertThat(tx.commit().status()).isEqualTo(Status.COMMITTED);
        });
        assertThat(cost).isEqualTo(expected);
    }

    @Test
    void oneBranchWithoutTheOptionHasItsRecord() throws SQLException {
        Cost expected = new Cost(1, 1, 1, 1, 1, 0, 1);
        Cost cost = costOf(expected, () -> {
            GlobalTransaction tx = client.begin(TIMEOUT);
            book(ledgerA, tx.id(), transfers.incrementAndGet(), 0);
            assertThat(tx.commit().status()).isEqualTo(Status.COMMITTED);
        });
        assertThat(cost).isEqualTo(expected);
    }

    @Test
    void allReadOnlyByOptionWritesNothing() throws Exception {
        CostOfReading cost = costOfReading(TransactionOptions.defaults().withShortcuts(false, true));
        assertThat(cost.forced()).isZero();
        assertThat(cost.lazy()).isZero();
    }

    @Test
    void allReadOnlyWithoutTheOptionHasItsRecord() throws Exception {
        assertThat(costOfReading(TransactionOptions.defaults()).forced()).isEqualTo(1);
    }

    private record CostOfReading(long forced, long lazy) {}

    /** PostgreSQL prepares branches that only read, so they are played by participants that can vote READ_ONLY. */
    private static CostOfReading costOfReading(TransactionOptions options) throws Exception {
        CoordinatorClient wire = daemon.client();
        String incarnation = "reader-" + transfers.incrementAndGet();
        try (WireParticipant one = WireParticipant.connected(wire, "reads-one", incarnation);
                WireParticipant two = WireParticipant.connected(wire, "reads-two", incarnation)) {
            Cost before = Cost.now();
            GlobalTransaction tx = client.begin(options);
            one.enlisted(one.branch(tx.id()));
            two.enlisted(two.branch(tx.id()));
            var commit = tx.commitAsync().toCompletableFuture();
            one.send(WireParticipant.vote(one.expectPrepare(one.branch(tx.id())), io.unanimous.v1.Vote.VOTE_READ_ONLY));
            two.send(WireParticipant.vote(two.expectPrepare(two.branch(tx.id())), io.unanimous.v1.Vote.VOTE_READ_ONLY));
            assertThat(commit.get(20, java.util.concurrent.TimeUnit.SECONDS).status())
                    .isEqualTo(Status.COMMITTED);
            Cost cost = Cost.now().minus(before);
            assertThat(cost.commits()).as("readers take no part in phase two").isZero();
            return new CostOfReading(cost.forcedWrites(), cost.lazyWrites());
        }
    }

    @Test
    void aReaderAmongWritersTakesNoPartInPhaseTwo() throws Exception {
        CoordinatorClient wire = daemon.client();
        try (WireParticipant reader =
                WireParticipant.connected(wire, "reads", "reader-" + transfers.incrementAndGet())) {
            Cost before = Cost.now();
            GlobalTransaction tx = client.begin(TIMEOUT);
            book(ledgerA, tx.id(), transfers.incrementAndGet(), 0);
            reader.enlisted(reader.branch(tx.id()));
            var commit = tx.commitAsync().toCompletableFuture();
            reader.send(WireParticipant.vote(
                    reader.expectPrepare(reader.branch(tx.id())), io.unanimous.v1.Vote.VOTE_READ_ONLY));
            assertThat(commit.get(20, java.util.concurrent.TimeUnit.SECONDS).status())
                    .isEqualTo(Status.COMMITTED);
            Cost cost = Cost.now().minus(before);
            assertThat(cost.prepares()).isEqualTo(2);
            assertThat(cost.commits()).isEqualTo(1);
            assertThat(cost.forcedWrites()).isEqualTo(1);
        }
    }

    @Test
    void aReadOnlyTransactionOverXa() throws SQLException {
        GlobalTransaction tx = client.begin(TransactionOptions.defaults().withShortcuts(false, true));
        read(ledgerA, tx.id());
        read(ledgerB, tx.id());
        assertThat(tx.commit().status()).isEqualTo(Status.COMMITTED);
        Bank.requireConsistent();
    }
}
