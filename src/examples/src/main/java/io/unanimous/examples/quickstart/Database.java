package io.unanimous.examples.quickstart;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A real PostgreSQL server of the run, with its own data directory and port. */
final class Database implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofSeconds(60);

    /**
     * A branch that PostgreSQL holds prepared.
     *
     * @param transactionId the transaction's id
     * @param branch the branch's name
     * @param preparedAt when it was prepared, as PostgreSQL tells it
     */
    record PreparedBranch(String transactionId, String branch, String preparedAt) {

        /** Reads PostgreSQL's name of a branch: format id, transaction id and branch name, the latter two in Base64. */
        static PreparedBranch of(String gid, String preparedAt) {
            String[] parts = gid.split("_", -1);
            if (parts.length != 3) {
                throw new QuickstartFailure("A prepared transaction that is not of this run: " + gid);
            }
            return new PreparedBranch(decoded(parts[1]), decoded(parts[2]), preparedAt);
        }

        private static String decoded(String base64) {
            return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.US_ASCII);
        }
    }

    private final String name;
    private final EmbeddedPostgres postgres;

    private Database(String name, EmbeddedPostgres postgres) {
        this.name = name;
        this.postgres = postgres;
    }

    static Database start(String name, RunDirectory run) {
        Redirect log = Redirect.appendTo(run.log(name + "-postgresql").toFile());
        try {
            EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(run.file("postgresql").toFile())
                    .setDataDirectory(run.file(name + "-data"))
                    // Made for tests, the builder switches off what makes a commit durable. Here it is what counts.
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    // PostgreSQL's default is 0: no prepared transactions at all.
                    .setServerConfig("max_prepared_transactions", "64")
                    .setServerConfig("max_connections", "64")
                    .setServerConfig("shared_buffers", "32MB")
                    .setErrorRedirector(log)
                    .setOutputRedirector(log)
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(START_MAX)
                    .start();
            return new Database(name, postgres);
        } catch (IOException | IllegalStateException e) {
            throw new QuickstartFailure("Cannot start PostgreSQL for " + name + ": " + e.getMessage(), e);
        }
    }

    String name() {
        return name;
    }

    /**
     * For the service that owns the database. A statement waits for a lock at most 3 s: while a branch is in doubt, its
     * rows stay locked, and others are better off to try again later.
     */
    String url() {
        return postgres.getJdbcUrl("postgres", "postgres") + "&options=-c%20lock_timeout=3s";
    }

    Connection connect() throws SQLException {
        return postgres.getPostgresDatabase().getConnection();
    }

    /** What stands in pg_prepared_xacts, oldest first. */
    List<PreparedBranch> preparedBranches() {
        List<PreparedBranch> branches = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT gid, to_char(prepared, 'HH24:MI:SS.MS') FROM pg_prepared_xacts ORDER BY prepared")) {
            while (rows.next()) {
                branches.add(PreparedBranch.of(rows.getString(1), rows.getString(2)));
            }
            return branches;
        } catch (SQLException e) {
            throw new QuickstartFailure("Cannot ask PostgreSQL of " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
