package io.unanimous.sdk.xa;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the database, with its XAResource. Used by one thread at a time, whoever borrowed it; only
 * {@link #markBroken} and {@link #abort} may come from elsewhere.
 */
final class PhysicalConnection {

    /** Puts back what the application changed on the connection. */
    @FunctionalInterface
    interface Restore {
        void on(Connection connection) throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(PhysicalConnection.class);

    private final XAConnection xa;
    private final Connection jdbc;
    private final XAResource resource;
    private final int workTimeoutMs;
    private final Map<String, Restore> restores = new LinkedHashMap<>();
    private volatile boolean broken;
    private Semaphore permit;
    private long idleSince;
    private @Nullable String session;

    /** Takes over an open connection, idle, and the permit that was acquired for it. */
    PhysicalConnection(XAConnection xa, Semaphore permit) throws SQLException {
        this.xa = xa;
        this.permit = permit;
        this.jdbc = xa.getConnection();
        this.resource = xa.getXAResource();
        this.workTimeoutMs = networkTimeout(jdbc);
        xa.addConnectionEventListener(new ConnectionEventListener() {
            @Override
            public void connectionClosed(ConnectionEvent event) {
                markBroken();
            }

            @Override
            public void connectionErrorOccurred(ConnectionEvent event) {
                markBroken();
            }
        });
    }

    /** The JDBC side. The same object as long as the connection lives. */
    Connection jdbc() {
        return jdbc;
    }

    /** The XA side. */
    XAResource resource() {
        return resource;
    }

    /** Never to be used again; the pool closes it when it comes back. */
    void markBroken() {
        broken = true;
    }

    boolean broken() {
        if (broken) {
            return true;
        }
        try {
            return jdbc.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    /** Asks the server for a sign of life, for at most this long. */
    boolean alive(Duration within) {
        try {
            return !broken() && jdbc.isValid((int) Math.max(1, within.toSeconds()));
        } catch (SQLException e) {
            return false;
        }
    }

    /** Lets no answer take longer than this until {@link #unlimit}; then the driver gives the connection up. */
    void limit(Duration timeout) {
        setNetworkTimeout((int) timeout.toMillis());
    }

    void unlimit() {
        setNetworkTimeout(workTimeoutMs);
    }

    /** Notes how to put a setting back; the first note of a name counts, since it knows the setting's original. */
    void restoreLater(String name, Restore restore) {
        restores.putIfAbsent(name, restore);
    }

    boolean remembers(String name) {
        return restores.containsKey(name);
    }

    /** Puts back what the application changed; a connection that cannot is broken. */
    void restore() {
        if (restores.isEmpty() || broken()) {
            return;
        }
        try {
            for (Restore restore : restores.values()) {
                restore.on(jdbc);
            }
            restores.clear();
        } catch (SQLException e) {
            LOG.debug("Dropping a connection whose settings cannot be put back", e);
            markBroken();
        }
    }

    /** Cuts the connection under whoever uses it. */
    void abort() {
        markBroken();
        try {
            jdbc.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("Aborting a connection failed; closing it", e);
            close();
        }
    }

    /** Closes the connection. Unprepared work in it is undone by the server; prepared work stays. */
    void close() {
        markBroken();
        try {
            xa.close();
        } catch (SQLException e) {
            LOG.debug("Closing a connection failed, which leaves it to the server to notice", e);
        }
    }

    /** How the server calls this connection's session; asked for once. */
    String session(Database database) throws SQLException {
        String known = session;
        if (known == null) {
            known = database.session(jdbc);
            session = known;
        }
        return known;
    }

    Semaphore permit() {
        return permit;
    }

    void lend(Semaphore acquired) {
        permit = acquired;
    }

    long idleSince() {
        return idleSince;
    }

    void idleSince(long nanos) {
        idleSince = nanos;
    }

    private void setNetworkTimeout(int ms) {
        try {
            jdbc.setNetworkTimeout(Runnable::run, ms);
        } catch (SQLException e) {
            // A driver that knows no such timeout is still usable; a dead connection shows at its next use.
            LOG.debug("The driver takes no network timeout", e);
        }
    }

    private static int networkTimeout(Connection jdbc) {
        try {
            return jdbc.getNetworkTimeout();
        } catch (SQLException e) {
            LOG.debug("The driver tells no network timeout", e);
            return 0;
        }
    }
}
