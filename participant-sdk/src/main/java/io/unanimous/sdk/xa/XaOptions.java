package io.unanimous.sdk.xa;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an {@link XaParticipant} uses its data source. Immutable: each method returns a changed copy.
 *
 * <p>Every wait is bounded by one of these, and the error says which.
 */
public final class XaOptions {

    /** The most connections of either kind. */
    static final int CONNECTIONS_MAX = 1_000;

    private static final XaOptions DEFAULTS = new XaOptions();

    private int workConnections = 16;
    private int reservedConnections = 2;
    private Duration borrowTimeout = Duration.ofSeconds(5);
    private Duration joinTimeout = Duration.ofSeconds(10);
    private Duration enlistTimeout = Duration.ofSeconds(30);
    private Duration resourceTimeout = Duration.ofSeconds(30);
    private Duration cancelTimeout = Duration.ofSeconds(2);
    private Duration validateAfterIdle = Duration.ofSeconds(1);
    private Duration idleTimeout = Duration.ofMinutes(10);
    private Duration preparedPinTimeout = Duration.ofSeconds(10);
    private @Nullable Integer transactionIsolation;
    private String acceptedProduct = "";
    private String fingerprint = "";

    private XaOptions() {}

    private XaOptions(XaOptions from) {
        workConnections = from.workConnections;
        reservedConnections = from.reservedConnections;
        borrowTimeout = from.borrowTimeout;
        joinTimeout = from.joinTimeout;
        enlistTimeout = from.enlistTimeout;
        resourceTimeout = from.resourceTimeout;
        cancelTimeout = from.cancelTimeout;
        validateAfterIdle = from.validateAfterIdle;
        idleTimeout = from.idleTimeout;
        preparedPinTimeout = from.preparedPinTimeout;
        transactionIsolation = from.transactionIsolation;
        acceptedProduct = from.acceptedProduct;
        fingerprint = from.fingerprint;
    }

    /** 16 connections for work, 2 in reserve. */
    public static XaOptions defaults() {
        return DEFAULTS;
    }

    /**
     * How many branches may hold a connection at once; 1 to 1,000. PostgreSQL's hold one from join to prepare,
     * MariaDB's to the end of phase two.
     */
    public XaOptions workConnections(int count) {
        XaOptions changed = new XaOptions(this);
        changed.workConnections = requireConnections("workConnections", count);
        return changed;
    }

    /**
     * How many further connections only commits, rollbacks and scans may use; 1 to 1,000. Without them branches that
     * wait for locks would starve the commits that would free those locks.
     */
    public XaOptions reservedConnections(int count) {
        XaOptions changed = new XaOptions(this);
        changed.reservedConnections = requireConnections("reservedConnections", count);
        return changed;
    }

    /** How long to wait for a free connection. */
    public XaOptions borrowTimeout(Duration timeout) {
        XaOptions changed = new XaOptions(this);
        changed.borrowTimeout = requirePositive("borrowTimeout", timeout);
        return changed;
    }

    /** How long a join waits for another thread to close its handle of the same branch. */
    public XaOptions joinTimeout(Duration timeout) {
        XaOptions changed = new XaOptions(this);
        changed.joinTimeout = requirePositive("joinTimeout", timeout);
        return changed;
    }

    /** How long the closing of a handle waits for the coordinator to confirm the enlistment; then its work is undone. */
    public XaOptions enlistTimeout(Duration timeout) {
        XaOptions changed = new XaOptions(this);
        changed.enlistTimeout = requirePositive("enlistTimeout", timeout);
        return changed;
    }

    /** How long the database may take to answer prepare, commit, rollback or a scan before the connection counts as lost. */
    public XaOptions resourceTimeout(Duration timeout) {
        XaOptions changed = new XaOptions(this);
        changed.resourceTimeout = requirePositive("resourceTimeout", timeout);
        return changed;
    }

    /** How long a rollback waits for a cancelled statement of the application before it cuts the connection. */
    public XaOptions cancelTimeout(Duration timeout) {
        XaOptions changed = new XaOptions(this);
        changed.cancelTimeout = requirePositive("cancelTimeout", timeout);
        return changed;
    }

    /** A connection that was idle for longer is tried out before it is used. */
    public XaOptions validateAfterIdle(Duration idle) {
        XaOptions changed = new XaOptions(this);
        changed.validateAfterIdle = requirePositive("validateAfterIdle", idle);
        return changed;
    }

    /** A connection that was idle for longer is closed. */
    public XaOptions idleTimeout(Duration idle) {
        XaOptions changed = new XaOptions(this);
        changed.idleTimeout = requirePositive("idleTimeout", idle);
        return changed;
    }

    /**
     * How long a prepared MariaDB branch may keep its connection while no outcome arrives. MariaDB lets no other
     * session end the branch before that connection is closed, and meanwhile it is missing for work.
     */
    public XaOptions preparedPinTimeout(Duration timeout) {
        XaOptions changed = new XaOptions(this);
        changed.preparedPinTimeout = requirePositive("preparedPinTimeout", timeout);
        return changed;
    }

    /**
     * The isolation of every branch, one of the constants of {@link java.sql.Connection}. It is set on each connection
     * when it is opened, since a branch's transaction has begun before the application gets hold of it. By default the
     * database's own.
     */
    public XaOptions transactionIsolation(int level) {
        XaOptions changed = new XaOptions(this);
        changed.transactionIsolation = level;
        return changed;
    }

    /**
     * Accepts a database that this adapter does not know, by its {@code getDatabaseProductName()}. Whether it keeps
     * prepared branches over a crash and a lost connection, and is set up to, is then yours to know.
     */
    public XaOptions acceptProduct(String productName) {
        XaOptions changed = new XaOptions(this);
        changed.acceptedProduct = productName;
        return changed;
    }

    /**
     * What the resource's name is bound to, instead of what the database says of itself; at most 256 bytes. Needed
     * where that changes with the machine, as MariaDB's does.
     */
    public XaOptions fingerprint(String text) {
        XaOptions changed = new XaOptions(this);
        changed.fingerprint = text;
        return changed;
    }

    int workConnections() {
        return workConnections;
    }

    int reservedConnections() {
        return reservedConnections;
    }

    Duration borrowTimeout() {
        return borrowTimeout;
    }

    Duration joinTimeout() {
        return joinTimeout;
    }

    Duration enlistTimeout() {
        return enlistTimeout;
    }

    Duration resourceTimeout() {
        return resourceTimeout;
    }

    Duration cancelTimeout() {
        return cancelTimeout;
    }

    Duration validateAfterIdle() {
        return validateAfterIdle;
    }

    Duration idleTimeout() {
        return idleTimeout;
    }

    Duration preparedPinTimeout() {
        return preparedPinTimeout;
    }

    @Nullable
    Integer transactionIsolation() {
        return transactionIsolation;
    }

    String acceptedProduct() {
        return acceptedProduct;
    }

    String fingerprint() {
        return fingerprint;
    }

    private static int requireConnections(String name, int count) {
        if (count < 1 || count > CONNECTIONS_MAX) {
            throw new IllegalArgumentException(name + " must be 1 to " + CONNECTIONS_MAX + ", not " + count);
        }
        return count;
    }

    /** Positive, and no longer than a socket's timeout can say in milliseconds. */
    private static Duration requirePositive(String name, Duration duration) {
        if (duration.compareTo(Duration.ofMillis(1)) < 0 || duration.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(name + " must be 1 ms to 1 day, not " + duration);
        }
        return duration;
    }
}
