package io.unanimous.sdk.xa;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.XADataSource;

/** A real database, started for the tests of this JVM and stopped with it. */
interface TestServer {

    /** A data source as an application would configure it. */
    XADataSource xaDataSource();

    /** An ordinary connection with all rights, for looking from outside. */
    Connection admin() throws SQLException;

    /** Tells the id of the session that it runs in. */
    String sessionIdQuery();

    /** Ends a session from outside, as an administrator or a failover would. */
    void kill(long session) throws SQLException;

    /** Whether the server has forgotten the session. */
    boolean dead(long session) throws SQLException;

    /** Rows of a lock wait of the session, as the server tells them. */
    boolean waitsForLock(long session) throws SQLException;

    static long queryLong(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
