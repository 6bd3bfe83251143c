package io.unanimous.sdk.xa;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.transaction.xa.XAResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** MariaDB behind its own Connector/J. */
final class MariaDbDatabase extends Database {

    /** Exact: both are counted from the second in which the statement began. */
    private static final String SERVER_STARTED_AT = "SELECT UNIX_TIMESTAMP() - CAST(variable_value AS SIGNED)"
            + " FROM information_schema.global_status WHERE variable_name = 'UPTIME'";

    private static final Logger LOG = LoggerFactory.getLogger(MariaDbDatabase.class);

    private static final Pattern VERSION = Pattern.compile("(?:5\\.5\\.5-)?(\\d+)\\.(\\d+)\\.(\\d+).*");

    @Override
    List<String> faults(Connection connection, XaOptions options) throws SQLException {
        List<String> faults = new ArrayList<>();
        String version = variable(connection, "version").orElse("unknown");
        if (!keepsPreparedBranches(version)) {
            faults.add("version " + version + " rolls a prepared branch back when its connection is lost: upgrade to"
                    + " 10.5.2 or newer");
        }
        String flush = variable(connection, "innodb_flush_log_at_trx_commit").orElse("unknown");
        if (!flush.equals("1")) {
            faults.add("innodb_flush_log_at_trx_commit is " + flush
                    + ", so that prepared branches would be lost with the power: set it to 1");
        }
        // With a binary log it is that log which decides at a restart what had been committed.
        if (variable(connection, "log_bin").orElse("0").equals("1")
                && !variable(connection, "sync_binlog").orElse("unknown").equals("1")) {
            faults.add("it writes a binary log and sync_binlog is not 1, so that commits would be lost with the power:"
                    + " set sync_binlog = 1");
        }
        if (variable(connection, "read_only").orElse("0").equals("1")) {
            faults.add("it is read_only and can prepare nothing: point the data source at the primary");
        }
        if (InnoDbTransactions.of(connection).isEmpty()) {
            LOG.warn(
                    "MariaDB does not let this user see InnoDB's status, so that a branch whose session has just ended can"
                            + " be taken over only after {}, and not without any doubt. GRANT PROCESS ON *.* TO the user",
                    XaTakeover.LETS_GO_WITHIN);
        }
        return faults;
    }

    /** MariaDB keeps prepared branches of lost connections since 10.5.2. Some proxies put 5.5.5- before the version. */
    static boolean keepsPreparedBranches(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return false;
        }
        int[] parts = new int[3];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Integer.parseInt(matcher.group(i + 1));
        }
        int[] needed = {10, 5, 2};
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] != needed[i]) {
                return parts[i] > needed[i];
            }
        }
        return true;
    }

    /**
     * The server's uid, which is made of its network address and port, the database and the user. The user belongs to it
     * because one sees no other user's sessions, and would not wait for them. A server that moves to another
     * machine has another one: {@link XaOptions#fingerprint(String)} is for those.
     */
    @Override
    String fingerprint(Connection connection) throws SQLException {
        Optional<String> uid = variable(connection, "server_uid");
        String server = uid.isPresent()
                ? uid.get()
                : variable(connection, "hostname").orElse("") + ":"
                        + variable(connection, "port").orElse("") + ":"
                        + variable(connection, "datadir").orElse("");
        return "mariadb " + server + " " + connection.getCatalog() + " "
                + query(connection, "SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)");
    }

    /**
     * Nothing to ask: MariaDB refuses COMMIT and every statement that implies it within a branch, an SQL error undoes no
     * more than its statement, and a deadlock, which undoes all, is told by XA END and XA PREPARE (measured).
     */
    @Override
    void proveSound(Connection connection) {}

    @Override
    String session(Connection connection) throws SQLException {
        return new MariaDbSession(
                        Long.parseLong(query(connection, SERVER_STARTED_AT)),
                        Long.parseLong(query(connection, "SELECT CONNECTION_ID()")))
                .name();
    }

    @Override
    String describeSession(String session) {
        return MariaDbSession.named(session).toString();
    }

    /**
     * Every user may see the sessions of his own name, and those are the ones that are asked for. A server that has been
     * started since has ended all that it had.
     */
    @Override
    boolean ended(Connection connection, String session) throws SQLException {
        MariaDbSession asked = MariaDbSession.named(session);
        return restartedSince(connection, asked) || !listed(connection, asked);
    }

    /**
     * When a session ends, MariaDB first lets others take its prepared branch over, then frees its named locks, then
     * strikes it off the list, and only then does InnoDB let go of the branch (measured, and read in unlink_thd). XA
     * COMMIT and XA ROLLBACK by another session are answered OK in between, and do nothing.
     */
    @Override
    boolean xidTellsSession() {
        return true;
    }

    /**
     * That InnoDB has let go of the branch shows in its status alone, which prints each transaction with the session that
     * holds it, and needs the PROCESS privilege. information_schema.innodb_trx would do as well, were it not a copy
     * that grows old while it is read often.
     */
    @Override
    Hold hold(Connection connection, String session) throws SQLException {
        MariaDbSession asked = MariaDbSession.named(session);
        if (restartedSince(connection, asked)) {
            return Hold.LET_GO;
        }
        if (listed(connection, asked)) {
            return Hold.HELD;
        }
        Optional<InnoDbTransactions> transactions = InnoDbTransactions.of(connection);
        if (transactions.isEmpty()) {
            return Hold.LEFT_THE_LIST;
        }
        return transactions.get().heldBy(asked.connectionId()) ? Hold.HELD : Hold.LET_GO;
    }

    /** MariaDB knows no JOIN; RESUME takes up an ended branch in its own session (measured). */
    @Override
    int rejoinFlag() {
        return XAResource.TMRESUME;
    }

    @Override
    boolean pinsPrepared() {
        return true;
    }

    @Override
    boolean preparesReadOnly() {
        return false;
    }

    private static boolean restartedSince(Connection connection, MariaDbSession session) throws SQLException {
        return Long.parseLong(query(connection, SERVER_STARTED_AT)) != session.serverStartedAt();
    }

    private static boolean listed(Connection connection, MariaDbSession session) throws SQLException {
        return !query(
                        connection,
                        "SELECT COUNT(*) FROM information_schema.processlist WHERE id = " + session.connectionId())
                .equals("0");
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    /** A server variable, numbers for ON and OFF; empty where this version has none of that name. */
    private static Optional<String> variable(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SHOW GLOBAL VARIABLES LIKE '" + name.replace("_", "\\_") + "'")) {
            if (!row.next()) {
                return Optional.empty();
            }
            String value = String.valueOf(row.getString(2));
            return Optional.of(
                    switch (value) {
                        case "ON" -> "1";
                        case "OFF" -> "0";
                        default -> value;
                    });
        }
    }
}
