package io.unanimous.sdk.xa;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.List;
import javax.transaction.xa.XAResource;

/**
 * What differs from database to database: how it must be set up, how its driver bends XA. One instance serves all
 * connections of a participant; stateless.
 */
abstract class Database {

    /** Tells the database behind a connection. */
    static Database of(Connection connection) throws SQLException {
        DatabaseMetaData metaData = connection.getMetaData();
        String product = metaData.getDatabaseProductName();
        return switch (product) {
            case "PostgreSQL" -> new PostgresDatabase();
            case "MariaDB" -> new MariaDbDatabase();
            default -> new OtherDatabase(product, String.valueOf(metaData.getURL()));
        };
    }

    /**
     * Why this database could lose a prepared branch or a committed one, as it is set up; each with what to set. Empty if
     * it is fit.
     *
     * @param connection idle; it is left idle
     */
    abstract List<String> faults(Connection connection, XaOptions options) throws SQLException;

    /** What tells this database from any other that the resource's name might be bound to by mistake. */
    abstract String fingerprint(Connection connection) throws SQLException;

    /**
     * Proves, just before prepare and one-phase commit, that the branch's transaction is still there and has not failed.
     * Without it a driver may vote yes for nothing (P12, measured).
     *
     * @param connection its association has ended
     * @throws SQLException if it is gone or has failed
     */
    abstract void proveSound(Connection connection) throws SQLException;

    /**
     * Names the session behind a connection, so that another one can ask whether it has {@link #ended}. Empty: unknown.
     * Where {@link #xidTellsSession}, no other session of the server has this name, not even after a restart.
     */
    abstract String session(Connection connection) throws SQLException;

    /** A session as an operator finds it at the server. */
    String describeSession(String session) {
        return "session " + session;
    }

    /** Whether the server has ended a session, so that nothing that was asked in it can still happen. */
    abstract boolean ended(Connection connection, String session) throws SQLException;

    /**
     * Whether an xid has to tell the session that prepares its branch, since another session may be told that it has ended
     * the branch, and has not, as long as that one does not {@link Hold let go} of it.
     */
    boolean xidTellsSession() {
        return false;
    }

    /** Whether a session, which an xid told, still holds the branch that it prepared. */
    Hold hold(Connection connection, String session) throws SQLException {
        return ended(connection, session) ? Hold.LET_GO : Hold.HELD;
    }

    /** How far the server is with the end of a session that prepared a branch. */
    enum Hold {
        /** The session holds the branch. */
        HELD,
        /** The server lists the session no more, and does not let us see whether the branch is free. */
        LEFT_THE_LIST,
        /** Any session can end the branch. */
        LET_GO
    }

    /** The flag of {@link XAResource#start} that takes up a branch whose association has ended on the same connection. */
    abstract int rejoinFlag();

    /**
     * Whether no other session can end a prepared branch while the session that prepared it lives, nor may try to: what is
     * answered while that session ends cannot be trusted.
     */
    abstract boolean pinsPrepared();

    /** Whether XA_RDONLY is answered for branches that were prepared all the same. */
    abstract boolean preparesReadOnly();
}
