package io.unanimous.bench.databases;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.xa.PGXADataSource;

/** Two PostgreSQL servers, as durable as in production, each with a table of accounts. They end with this process. */
public final class PostgresPair implements AutoCloseable {

    /** The database that pays. */
    public static final int PAYS = 0;

    /** The database that is paid. */
    public static final int IS_PAID = 1;

    /** So many in each database that transfers seldom wait for each other. */
    static final int ACCOUNTS = 10_000;

    private static final long OPENING_BALANCE = 1_000;
    private static final int CONNECTIONS_MAX = 300;
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final String USER = "postgres";

    private final List<EmbeddedPostgres> servers = new ArrayList<>();

    private PostgresPair() {}

    /** Starts both on fresh directories below this one. */
    static PostgresPair start(Path directory) throws IOException, SQLException {
        PostgresPair pair = new PostgresPair();
        try {
            for (String name : List.of("pays", "is-paid")) {
                pair.servers.add(server(directory.toAbsolutePath().resolve("postgresql-" + name)));
            }
            for (int database : List.of(PAYS, IS_PAID)) {
                pair.openAccounts(database);
            }
            return pair;
        } catch (IOException | SQLException | RuntimeException failed) {
            pair.close();
            throw failed;
        }
    }

    private static EmbeddedPostgres server(Path directory) throws IOException {
        Files.createDirectories(directory);
        return EmbeddedPostgres.builder()
                // Made for tests, the builder switches off what makes a commit durable.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_prepared_transactions", Integer.toString(CONNECTIONS_MAX))
                .setServerConfig("max_connections", Integer.toString(CONNECTIONS_MAX))
                .setDataDirectory(directory)
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .setPGStartupWait(START_MAX)
                .start();
    }

    private void openAccounts(int database) throws SQLException {
        execute(database, "CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 50)");
        execute(
                database,
                "INSERT INTO account SELECT i, " + OPENING_BALANCE + " FROM generate_series(1, " + ACCOUNTS + ") i");
        execute(database, "VACUUM ANALYZE account");
        execute(database, "CHECKPOINT");
        String fsync = query(database, "SHOW fsync");
        if (!fsync.equals("on")) {
            throw new IllegalStateException("database " + database + " does not sync: fsync is " + fsync);
        }
    }

    /** A data source of one of them. */
    public PGXADataSource xaDataSource(int database) {
        PGXADataSource dataSource = new PGXADataSource();
        dataSource.setUrl(servers.get(database).getJdbcUrl(USER, USER));
        dataSource.setUser(USER);
        return dataSource;
    }

    /** How much the accounts of one of them hold more than at first. */
    long gained(int database) throws SQLException {
        return Long.parseLong(query(database, "SELECT sum(balance) FROM account")) - OPENING_BALANCE * ACCOUNTS;
    }

    /** That many prepared transactions nobody has ended. */
    long prepared(int database) throws SQLException {
        return Long.parseLong(query(database, "SELECT count(*) FROM pg_prepared_xacts"));
    }

    void execute(int database, String sql) throws SQLException {
        try (Connection connection = servers.get(database).getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String query(int database, String sql) throws SQLException {
        try (Connection connection = servers.get(database).getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    /** Ends both, and deletes their data. */
    @Override
    public void close() throws IOException {
        for (EmbeddedPostgres server : servers) {
            server.close();
        }
    }
}
