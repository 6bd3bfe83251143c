package io.unanimous.sdk.xa;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.sql.XAConnection;
import javax.sql.XADataSource;

/**
 * Physical connections, kept for reuse and bounded in two lanes: work, which a branch may hold for as long as it waits
 * for locks, and a reserve for what frees those locks again. Phase two and scans take a work place if one is free, so
 * that they are as parallel as work, and fall back on the reserve, which work never touches.
 *
 * <p>Together there are never more connections than both lanes have places. Safe for use by many threads. Why no pool
 * library: docs/decisions/010-xa-pool.md.
 */
final class XaConnectionPool {

    /** The longest that trying out a connection may take. */
    private static final Duration VALIDATION_MAX = Duration.ofSeconds(5);

    private final XADataSource dataSource;
    private final XaOptions options;
    private final LongSupplier nanoClock;
    private final Semaphore work;
    private final Semaphore reserve;
    /** Guards {@link #idle}, {@link #closed} and the marks of loss. */
    private final Object lock = new Object();
    /** Newest first, so that what is not needed grows old and is closed. */
    private final Deque<PhysicalConnection> idle = new ArrayDeque<>();

    private boolean closed;
    /** A connection was lost, and none was opened since. */
    private boolean lost;
    /** One was lost at {@link #lostAt}, ever. */
    private boolean everLost;

    private long lostAt;
    private volatile Runnable reconnected = () -> {};

    XaConnectionPool(XADataSource dataSource, XaOptions options, LongSupplier nanoClock) {
        this.dataSource = dataSource;
        this.options = options;
        this.nanoClock = nanoClock;
        this.work = new Semaphore(options.workConnections(), true);
        this.reserve = new Semaphore(options.reservedConnections(), true);
    }

    /** Runs whenever a connection was opened after one had been lost. Called on a borrower's thread; must not block. */
    void onReconnect(Runnable action) {
        reconnected = action;
    }

    /** Whether a branch would have to wait for a connection. */
    boolean workExhausted() {
        return work.availablePermits() == 0;
    }

    /**
     * A connection for a branch's work.
     *
     * @throws SQLException if none became free in time, or none can be opened
     */
    PhysicalConnection borrowForWork() throws SQLException {
        acquire(work, "work", options.workConnections());
        return connect(work, false);
    }

    /**
     * An idle connection for phase two and scans.
     *
     * @param fresh try it out however short it was idle: the last one was lost
     * @throws SQLException if none became free in time, or none can be opened
     */
    PhysicalConnection borrowForEnding(boolean fresh) throws SQLException {
        if (work.tryAcquire()) {
            return connect(work, fresh);
        }
        acquire(reserve, "reserved", options.reservedConnections());
        return connect(reserve, fresh);
    }

    /** Takes a connection back; keeps it unless it is broken. */
    void giveBack(PhysicalConnection connection) {
        connection.restore();
        List<PhysicalConnection> surplus = new ArrayList<>();
        boolean broken = connection.broken();
        synchronized (lock) {
            if (broken) {
                markLost();
            }
            if (broken || closed) {
                surplus.add(connection);
            } else {
                connection.idleSince(nanoClock.getAsLong());
                idle.addFirst(connection);
            }
            long oldest = nanoClock.getAsLong() - options.idleTimeout().toNanos();
            for (PhysicalConnection last = idle.peekLast();
                    last != null && last.idleSince() - oldest < 0;
                    last = idle.peekLast()) {
                surplus.add(idle.removeLast());
            }
        }
        surplus.forEach(PhysicalConnection::close);
        connection.permit().release();
    }

    /** Takes a connection back and closes it. */
    void discard(PhysicalConnection connection) {
        connection.markBroken();
        giveBack(connection);
    }

    /** Takes a sound connection back and closes it, because its session must end. */
    void retire(PhysicalConnection connection) {
        connection.close();
        connection.permit().release();
    }

    /** Closes the idle connections now and the borrowed ones when they come back. */
    void close() {
        List<PhysicalConnection> open;
        synchronized (lock) {
            closed = true;
            open = new ArrayList<>(idle);
            idle.clear();
        }
        open.forEach(PhysicalConnection::close);
    }

    private void acquire(Semaphore lane, String name, int places) throws SQLException {
        try {
            if (!lane.tryAcquire(options.borrowTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new SQLTransientConnectionException("No " + name + " connection became free within borrowTimeout "
                        + options.borrowTimeout() + ": all " + places + " are in use. Raise " + name
                        + "Connections, or end branches sooner.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("Interrupted while waiting for a " + name + " connection", e);
        }
    }

    private PhysicalConnection connect(Semaphore acquired, boolean fresh) throws SQLException {
        boolean handedOver = false;
        try {
            PhysicalConnection connection = idleOrOpened(acquired, fresh);
            handedOver = true;
            return connection;
        } finally {
            if (!handedOver) {
                acquired.release();
            }
        }
    }

    private PhysicalConnection idleOrOpened(Semaphore acquired, boolean fresh) throws SQLException {
        while (true) {
            PhysicalConnection candidate;
            boolean doubtful;
            synchronized (lock) {
                if (closed) {
                    throw new SQLException("The participant is closed");
                }
                candidate = idle.pollFirst();
                doubtful = candidate != null && (fresh || doubtful(candidate));
            }
            if (candidate == null) {
                return open(acquired);
            }
            Duration within = options.resourceTimeout().compareTo(VALIDATION_MAX) < 0
                    ? options.resourceTimeout()
                    : VALIDATION_MAX;
            if (!doubtful || candidate.alive(within)) {
                candidate.lend(acquired);
                return candidate;
            }
            synchronized (lock) {
                markLost();
            }
            candidate.close();
        }
    }

    /** Idle for long, or since before a loss that it may have shared: a restarted server drops all at once. */
    private boolean doubtful(PhysicalConnection candidate) {
        long idleNanos = nanoClock.getAsLong() - candidate.idleSince();
        return idleNanos > options.validateAfterIdle().toNanos() || (everLost && candidate.idleSince() - lostAt <= 0);
    }

    private PhysicalConnection open(Semaphore acquired) throws SQLException {
        PhysicalConnection connection;
        try {
            XAConnection xa = dataSource.getXAConnection();
            connection = adopt(xa, acquired);
        } catch (SQLException e) {
            synchronized (lock) {
                markLost();
            }
            throw e;
        }
        boolean back;
        synchronized (lock) {
            back = lost;
            lost = false;
        }
        if (back) {
            reconnected.run();
        }
        return connection;
    }

    private PhysicalConnection adopt(XAConnection xa, Semaphore acquired) throws SQLException {
        boolean adopted = false;
        try {
            PhysicalConnection connection = new PhysicalConnection(xa, acquired);
            Integer isolation = options.transactionIsolation();
            if (isolation != null) {
                connection.jdbc().setTransactionIsolation(isolation);
            }
            adopted = true;
            return connection;
        } finally {
            if (!adopted) {
                xa.close();
            }
        }
    }

    private void markLost() {
        lost = true;
        everLost = true;
        lostAt = nanoClock.getAsLong();
    }
}
