package io.unanimous.sdk.xa;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.XADataSource;
import org.postgresql.xa.PGXADataSource;

/** A PostgreSQL server that keeps what it promises: zonky's own defaults have fsync off. */
final class PostgresServer implements TestServer {

    private static final class Holder {
        static final PostgresServer SERVER = start();
    }

    private final EmbeddedPostgres server;

    private PostgresServer(EmbeddedPostgres server) {
        this.server = server;
    }

    static PostgresServer shared() {
        return Holder.SERVER;
    }

    private static PostgresServer start() {
        try {
            return new PostgresServer(EmbeddedPostgres.builder()
                    .setServerConfig("max_prepared_transactions", "20")
                    .setServerConfig("fsync", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public XADataSource xaDataSource() {
        return xaDataSource("postgres");
    }

    XADataSource xaDataSource(String user) {
        PGXADataSource dataSource = new PGXADataSource();
        dataSource.setUrl(server.getJdbcUrl(user, "postgres"));
        dataSource.setUser(user);
        return dataSource;
    }

    PGXADataSource readOnlyDataSource() {
        PGXADataSource dataSource = (PGXADataSource) xaDataSource();
        dataSource.setReadOnly(true);
        return dataSource;
    }

    @Override
    public Connection admin() throws SQLException {
        return server.getPostgresDatabase().getConnection();
    }

    @Override
    public String sessionIdQuery() {
        return "SELECT pg_backend_pid()";
    }

    @Override
    public void kill(long session) throws SQLException {
        try (Connection admin = admin()) {
            TestServer.execute(admin, "SELECT pg_terminate_backend(" + session + ", 5000)");
        }
    }

    @Override
    public boolean dead(long session) throws SQLException {
        try (Connection admin = admin()) {
            return TestServer.queryLong(admin, "SELECT count(*) FROM pg_stat_activity WHERE pid = " + session) == 0;
        }
    }

    @Override
    public boolean waitsForLock(long session) throws SQLException {
        try (Connection admin = admin()) {
            return TestServer.queryLong(admin, "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = " + session)
                    > 0;
        }
    }
}
