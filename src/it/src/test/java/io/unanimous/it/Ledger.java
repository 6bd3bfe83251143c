package io.unanimous.it;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.postgresql.xa.PGXADataSource;

/**
 * A bank's ledger in a PostgreSQL server of its own: accounts, and a journal with the number of each transfer. Two
 * servers are shared by the whole run; they end with this JVM.
 */
final class Ledger {

    /** What each ledger holds in all, whatever happens within it. */
    static final long OPENING_TOTAL = 10 * 1_000L;

    private static final Duration START_MAX = Duration.ofSeconds(60);

    private final String resource;
    private final EmbeddedPostgres server;

    /** Started when first asked for, and in the tests' own process alone: participants' processes are given a URL. */
    private static final class Servers {
        static final Ledger A = inServerOfItsOwn("ledger-a");
        static final Ledger B = inServerOfItsOwn("ledger-b");
    }

    /** What a ledger looks like from outside of all transactions. */
    record Books(long total, Map<Long, Long> journal) {}

    /**
     * A ledger in this server, whose books {@link #createBooks} has created or will.
     *
     * @param resource its name in the protocol
     */
    Ledger(String resource, EmbeddedPostgres server) {
        this.resource = resource;
        this.server = server;
    }

    /** Opens the books of a new ledger. */
    void createBooks() {
        execute("CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL)");
        execute("CREATE TABLE journal (transfer bigint PRIMARY KEY, amount bigint NOT NULL)");
        execute("INSERT INTO account SELECT i, 1000 FROM generate_series(1, 10) i");
    }

    private static Ledger inServerOfItsOwn(String resource) {
        try {
            Ledger ledger = new Ledger(resource, durableServer().start());
            ledger.createBooks();
            return ledger;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start PostgreSQL for " + resource, e);
        }
    }

    /** A server that is as durable as one in production. */
    static EmbeddedPostgres.Builder durableServer() {
        return EmbeddedPostgres.builder()
                // Made for tests, the builder switches off what makes a commit durable. Here it is what counts.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_prepared_transactions", "200")
                .setServerConfig("max_connections", "200")
                .setServerConfig("shared_buffers", "32MB")
                .setOverrideWorkingDirectory(
                        Path.of("target", "postgresql").toAbsolutePath().toFile())
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .setPGStartupWait(START_MAX);
    }

    /** The ledger that pays. */
    static Ledger a() {
        return Servers.A;
    }

    /** The ledger that is paid. */
    static Ledger b() {
        return Servers.B;
    }

    String resource() {
        return resource;
    }

    String url() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    PGXADataSource xaDataSource() {
        return xaDataSource(url());
    }

    static PGXADataSource xaDataSource(String url) {
        PGXADataSource dataSource = new PGXADataSource();
        dataSource.setUrl(url);
        return dataSource;
    }

    /** Does one leg of a transfer: the work of a branch. */
    static void book(Connection connection, long transfer, int account, long amount) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE account SET balance = balance + " + amount + " WHERE id = " + account);
            statement.executeUpdate("INSERT INTO journal VALUES (" + transfer + ", " + amount + ")");
        }
    }

    /** What is committed. */
    Books books() {
        return query(
                "SELECT (SELECT sum(balance) FROM account), transfer, amount FROM (SELECT 1) one"
                        + " LEFT JOIN journal ON true",
                rows -> {
                    long total = 0;
                    Map<Long, Long> journal = new TreeMap<>();
                    while (rows.next()) {
                        total = rows.getLong(1);
                        long transfer = rows.getLong(2);
                        if (!rows.wasNull()) {
                            journal.put(transfer, rows.getLong(3));
                        }
                    }
                    return new Books(total, journal);
                });
    }

    /** The names of the prepared transactions, in order of their preparation. */
    List<String> prepared() {
        return query("SELECT gid FROM pg_prepared_xacts ORDER BY prepared", rows -> {
            List<String> gids = new ArrayList<>();
            while (rows.next()) {
                gids.add(rows.getString(1));
            }
            return gids;
        });
    }

    Connection connect() {
        try {
            return server.getPostgresDatabase().getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(resource + " cannot be reached", e);
        }
    }

    void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(resource + ": " + sql, e);
        }
    }

    interface Reading<T> {
        T read(ResultSet rows) throws SQLException;
    }

    <T> T query(String sql, Reading<T> reading) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return reading.read(rows);
        } catch (SQLException e) {
            throw new IllegalStateException(resource + ": " + sql, e);
        }
    }
}
