package io.unanimous.sdk.xa;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** InnoDB's transactions at one moment, as its status prints them: each with the session that holds it. */
final class InnoDbTransactions {

    /** A title stands between two lines of hyphens; what comes before may tell of sessions of long ago. */
    private static final String BEGIN = "\nTRANSACTIONS\n";

    /** InnoDB prints a mebibyte at most, and leaves out transactions where that is not enough. */
    private static final String INCOMPLETE = "... truncated...";

    private static final String END = "\nEND OF INNODB MONITOR OUTPUT\n";

    private static final int STATUS_COLUMN = 3;

    private static final Logger LOG = LoggerFactory.getLogger(InnoDbTransactions.class);

    private final String printed;

    private InnoDbTransactions(String printed) {
        this.printed = printed;
    }

    /**
     * Asks for them. A transaction of this connection has to be among them, which proves that they are printed as they
     * are read here.
     *
     * @param connection idle; it is left idle
     * @return empty if the user may not see them, or they are not complete
     * @throws SQLException if the connection is of no more use
     */
    static Optional<InnoDbTransactions> of(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            long own = own(statement);
            statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
            try (ResultSet row = statement.executeQuery("SHOW ENGINE INNODB STATUS")) {
                return row.next() ? of(String.valueOf(row.getString(STATUS_COLUMN)), own) : Optional.empty();
            } catch (SQLException denied) {
                LOG.debug("InnoDB's status is not to be had", denied);
                return Optional.empty();
            } finally {
                statement.execute("COMMIT");
            }
        }
    }

    /**
     * Reads them.
     *
     * @param status what InnoDB printed
     * @param own a session that holds a transaction for sure
     */
    static Optional<InnoDbTransactions> of(String status, long own) {
        int begin = status.indexOf(BEGIN);
        int end = status.lastIndexOf(END);
        if (begin < 0 || end < begin || status.indexOf(INCOMPLETE, begin) >= 0) {
            return Optional.empty();
        }
        InnoDbTransactions all = new InnoDbTransactions(status.substring(begin, end));
        return all.heldBy(own) ? Optional.of(all) : Optional.empty();
    }

    /** Whether one of them belongs to this session. A statement that is printed too may contain the same words: then yes. */
    boolean heldBy(long connectionId) {
        return printed.contains("thread id " + connectionId + ",");
    }

    private static long own(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT CONNECTION_ID()")) {
            row.next();
            return Long.parseLong(row.getString(1));
        }
    }
}
