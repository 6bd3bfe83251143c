package io.unanimous.sdk.xa;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** PostgreSQL behind pgjdbc. */
final class PostgresDatabase extends Database {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String DRIVER_CONNECTION = "org.postgresql.core.BaseConnection";

    @Override
    List<String> faults(Connection connection, XaOptions options) throws SQLException {
        List<String> faults = new ArrayList<>();
        if (query(connection, "SELECT pg_is_in_recovery()").equals("t")) {
            faults.add("it is a standby and can prepare nothing: point the data source at the primary");
        }
        int prepared = Integer.parseInt(query(connection, "SHOW max_prepared_transactions"));
        if (prepared == 0) {
            faults.add("max_prepared_transactions is 0, so that it can prepare nothing: set it to at least"
                    + " max_connections and restart the server");
        } else if (prepared < options.workConnections()) {
            LOG.warn(
                    "PostgreSQL has max_prepared_transactions = {}, less than the {} branches that may prepare at once;"
                            + " the others will be refused",
                    prepared,
                    options.workConnections());
        }
        if (query(connection, "SHOW fsync").equals("off")) {
            faults.add("fsync is off, so that prepared branches would be lost with the power: set fsync = on");
        }
        // PREPARE TRANSACTION and COMMIT PREPARED flush whatever this says. A plain COMMIT, as one-phase commits are,
        // does not.
        if (query(connection, "SHOW synchronous_commit").equals("off")) {
            faults.add("synchronous_commit is off for this role and database, so that a one-phase commit would be"
                    + " acknowledged before it is durable: set synchronous_commit = on (or local, remote_write,"
                    + " remote_apply)");
        }
        if (query(connection, "SHOW full_page_writes").equals("off")) {
            LOG.warn("PostgreSQL has full_page_writes = off: safe only on storage that never tears a page");
        }
        return faults;
    }

    /**
     * Cluster, database and role. The role belongs to it because recover() silently leaves out other roles' branches
     * (measured): two instances with different roles would take each other's prepared branches for gone.
     */
    @Override
    String fingerprint(Connection connection) throws SQLException {
        return "postgresql " + systemIdentifier(connection) + " "
                + query(connection, "SELECT current_database() || ' ' || current_user");
    }

    private static String systemIdentifier(Connection connection) throws SQLException {
        try {
            return query(connection, "SELECT system_identifier FROM pg_control_system()");
        } catch (SQLException refused) {
            if (!INSUFFICIENT_PRIVILEGE.equals(refused.getSQLState())) {
                throw refused;
            }
            LOG.warn("PostgreSQL does not let this role see its system identifier, so that the resource's name is bound"
                    + " to database and role alone. GRANT EXECUTE ON FUNCTION pg_control_system() TO the role");
            return "-";
        }
    }

    /**
     * PREPARE TRANSACTION in a transaction block that has failed, or in none because the application committed by a
     * statement of its own, succeeds and prepares nothing (measured). The server says with the end of every statement
     * whether it stands in a sound block, and pgjdbc keeps that. Where it did not say so, a savepoint is tried: it can be set only
     * within a block (25P01) that has not failed (25P02). Both statements travel in one round trip.
     */
    @Override
    void proveSound(Connection connection) throws SQLException {
        if (isSoundByTheServersLastWord(connection)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SAVEPOINT unanimous_sound; RELEASE SAVEPOINT unanimous_sound");
        }
    }

    /** False also where the driver does not tell: it is asked by reflection, so that no version of it is needed here. */
    private static boolean isSoundByTheServersLastWord(Connection connection) {
        try {
            ClassLoader driver = connection.getMetaData().getClass().getClassLoader();
            Class<?> base = Class.forName(DRIVER_CONNECTION, false, driver);
            Object state = base.getMethod("getTransactionState").invoke(connection.unwrap(base));
            return "OPEN".equals(String.valueOf(state));
        } catch (ReflectiveOperationException | SQLException | LinkageError untold) {
            LOG.debug("The driver does not tell the state of the transaction", untold);
            return false;
        }
    }

    @Override
    String session(Connection connection) throws SQLException {
        return query(connection, "SELECT pg_backend_pid()");
    }

    /** Every role may see every session's pid. One that is used again delays the answer and does not change it. */
    @Override
    boolean ended(Connection connection, String session) throws SQLException {
        return query(connection, "SELECT count(*) FROM pg_stat_activity WHERE pid = " + Integer.parseInt(session))
                .equals("0");
    }

    /** pgjdbc takes up an ended branch by TMJOIN and knows no TMRESUME. */
    @Override
    int rejoinFlag() {
        return XAResource.TMJOIN;
    }

    @Override
    boolean pinsPrepared() {
        return false;
    }

    @Override
    boolean preparesReadOnly() {
        return true;
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }
}
