package io.unanimous.sdk.xa;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.ParticipantAdapter;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.ScanSink;
import io.unanimous.sdk.UnsuitableResourceException;
import io.unanimous.sdk.xa.XaRule.Absence;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import javax.sql.XADataSource;
import org.jspecify.annotations.Nullable;

/**
 * Takes part in transactions with a database, through its XA data source.
 *
 * <pre>{@code
 * XaParticipant ledger = client.participant("ledger-db", XaParticipant.of(xaDataSource));
 * try (Connection c = ledger.join(transactionId)) { ... SQL ... }
 * }</pre>
 *
 * <p>It keeps a pool of connections of its own, {@link XaOptions}. PostgreSQL and MariaDB are known; what each needs to
 * be set to is checked at registration. Every instance for one resource must use the same database and the same role of
 * PostgreSQL or user of MariaDB. Safe for use by many threads.
 */
public final class XaParticipant implements ParticipantAdapter<XaParticipant>, AutoCloseable {

    /** More branches than any database lets be prepared at once. */
    private static final int REMEMBERED_MAX = 100_000;

    private static final byte[] NO_PAYLOAD = new byte[0];

    private final XaOptions options;
    private final LongSupplier nanoClock;
    private final XaConnectionPool pool;
    private final XaScan scan;
    private final XaEnding ending;
    private final XaTakeover takeover;
    private final Map<BranchId, XaBranch> branches = new ConcurrentHashMap<>();
    /**
     * The branches that this process prepared last, and whether they are known to have changed nothing. What is missing
     * of them was ended by somebody else; what is forgotten here is then taken for our own earlier attempt's doing.
     */
    private final RecentBranches<Boolean> readOnlyByPrepared = new RecentBranches<>(REMEMBERED_MAX);
    /** The branches whose prepare was lost, and the session in which it was asked. */
    private final RecentBranches<String> sessionByLostPrepare = new RecentBranches<>(REMEMBERED_MAX);

    private final BranchHome home = new BranchHome();
    private volatile @Nullable Database database;
    private volatile @Nullable ParticipantHandle handle;

    private XaParticipant(XADataSource dataSource, XaOptions options, LongSupplier nanoClock) {
        this.options = options;
        this.nanoClock = nanoClock;
        this.pool = new XaConnectionPool(dataSource, options, nanoClock);
        this.scan = new XaScan(pool, options.resourceTimeout());
        this.ending = new XaEnding(pool, scan, options.resourceTimeout());
        this.takeover = new XaTakeover(pool, scan, ending, options.resourceTimeout(), nanoClock);
    }

    /** A participant over this data source. Opens nothing yet; register it with a client, then {@link #join}. */
    public static XaParticipant of(XADataSource dataSource) {
        return of(dataSource, XaOptions.defaults());
    }

    /** As {@link #of(XADataSource)}, with options. */
    public static XaParticipant of(XADataSource dataSource, XaOptions options) {
        return of(dataSource, options, System::nanoTime);
    }

    /** As {@link #of(XADataSource, XaOptions)}, on a clock that a test or a simulator steers: nanoseconds, monotonic. */
    public static XaParticipant of(XADataSource dataSource, XaOptions options, LongSupplier nanoClock) {
        return new XaParticipant(dataSource, options, nanoClock);
    }

    /**
     * A connection whose work belongs to the transaction's branch of this resource. Close it when this piece of work is
     * done: closing waits until the coordinator has confirmed the enlistment, and throws if it does not; then the work is
     * undone. It can neither commit nor roll back; that is done where the transaction was begun.
     *
     * <p>Joining again continues the same branch, on the same physical connection: while another thread has it open,
     * this waits; the thread that has it open may nest.
     *
     * @param transactionId what {@code begin} returned, here or in another process
     * @throws IllegalArgumentException if the id is malformed
     * @throws IllegalStateException if this participant is not registered with a client
     * @throws SQLException if no connection is to be had, or the transaction is being ended
     */
    public Connection join(String transactionId) throws SQLException {
        BranchId id = attached().branchOf(transactionId);
        if (pool.workExhausted()) {
            releaseOverduePins();
        }
        while (true) {
            XaBranch branch = branches.computeIfAbsent(id, i -> new XaBranch(new BranchXid(i), home));
            Optional<Connection> joined = branch.open();
            if (joined.isPresent()) {
                return joined.get();
            }
        }
    }

    /** The resource that it takes part for. */
    public String resource() {
        return attached().resource();
    }

    /** Ends the participant, as {@link ParticipantHandle#close()} does. */
    @Override
    public void close() {
        attached().close();
    }

    @Override
    public XaParticipant attach(ParticipantHandle participantHandle) {
        handle = participantHandle;
        pool.onReconnect(participantHandle::resourceReconnected);
        return this;
    }

    /**
     * Refuses a database that could lose prepared branches or commits as it is set up (P12), and one on which the scan,
     * on which recovery rests, does not work.
     */
    @Override
    public void verify() throws SQLException {
        PhysicalConnection connection = pool.borrowForEnding(true);
        try {
            Database found = Database.of(connection.jdbc());
            List<String> faults = found.faults(connection.jdbc(), options);
            if (!faults.isEmpty()) {
                throw new UnsuitableResourceException(
                        connection.jdbc().getMetaData().getDatabaseProductName()
                                + " cannot take part in transactions as it is set up: " + String.join("; ", faults));
            }
            database = found;
        } finally {
            pool.giveBack(connection);
        }
        try {
            scan.run("unanimous");
        } catch (SQLException e) {
            throw new UnsuitableResourceException(
                    "Prepared branches cannot be listed, and so not recovered: " + e.getMessage());
        }
    }

    @Override
    public String fingerprint() throws SQLException {
        if (!options.fingerprint().isEmpty()) {
            return options.fingerprint();
        }
        PhysicalConnection connection = pool.borrowForEnding(false);
        try {
            return verified().fingerprint(connection.jdbc());
        } finally {
            pool.giveBack(connection);
        }
    }

    @Override
    public Ballot prepare(BranchContext context) {
        XaBranch branch = branches.get(context.id());
        if (branch == null) {
            return Ballot.refused("this process has no work of the branch: it was undone, or its connection lost");
        }
        return branch.prepare(readOnlyByPrepared);
    }

    @Override
    public Ending commit(BranchContext context) throws SQLException {
        BranchId id = context.id();
        XaBranch branch = branches.get(id);
        PhysicalConnection pinned = branch == null ? null : branch.takePrepared();
        Absence absence = context.afterRestart() || context.attempt() > 1 ? Absence.EXPECTED : Absence.UNEXPECTED;
        return end(XaOperation.COMMIT, id, branch, pinned, absence);
    }

    @Override
    public Ending commitOnePhase(BranchContext context) {
        XaBranch branch = branches.get(context.id());
        if (branch == null) {
            // It is asked once only; if this is not the first time after all, nobody can tell what the first time did.
            return context.afterRestart() || context.attempt() > 1
                    ? Ending.unknown("this process has no work of the branch")
                    : Ending.rolledBack(
                            "this process has no work of the branch: it was undone, or its connection lost");
        }
        XaBranch.OnePhase outcome = branch.commitOnePhase();
        return switch (outcome.verdict()) {
            case DONE -> Ending.done();
            case ROLLED_BACK -> Ending.rolledBack(outcome.detail());
            default -> Ending.unknown(outcome.detail());
        };
    }

    @Override
    public Ending rollback(BranchContext context) throws SQLException {
        BranchId id = context.id();
        XaBranch branch = branches.get(id);
        PhysicalConnection pinned = null;
        if (branch != null) {
            switch (branch.rollback()) {
                case ALL -> {
                    return Ending.done();
                }
                case NOT_PREPARED_WORK -> pinned = branch.takePrepared();
                case NOT_A_LOST_PREPARE -> sessionByLostPrepare.put(id, branch.session());
            }
        }
        return end(XaOperation.ROLLBACK, id, branch, pinned, absenceUnderRollback(context));
    }

    /**
     * Ends a branch in the session that prepared it, if that is kept, else in any other.
     *
     * @param branch as it was worked in here, if it was
     */
    private Ending end(
            XaOperation operation,
            BranchId id,
            @Nullable XaBranch branch,
            @Nullable PhysicalConnection pinned,
            Absence absence)
            throws SQLException {
        boolean readOnly = knownReadOnly(id);
        Ending end;
        if (branch != null && pinned != null) {
            end = ending.end(operation, branch.xid(), pinned, absence, readOnly);
        } else if (verified().xidTellsSession()) {
            end = takeover.end(verified(), operation, id, absence, readOnly);
        } else {
            end = ending.end(operation, new BranchXid(id), null, absence, readOnly);
        }
        if (end.result() == Ending.Result.DONE) {
            readOnlyByPrepared.remove(id);
            sessionByLostPrepare.remove(id);
        }
        return end;
    }

    /** Found out before the attempt: a session that has ended by then can prepare nothing behind it. */
    private Absence absenceUnderRollback(BranchContext context) throws SQLException {
        String session = sessionByLostPrepare.get(context.id());
        if (session != null) {
            return sessionEnded(session) ? Absence.EXPECTED : Absence.TOO_EARLY;
        }
        boolean prepared = readOnlyByPrepared.get(context.id()) != null;
        return context.afterRestart() || context.attempt() > 1 || !prepared ? Absence.EXPECTED : Absence.UNEXPECTED;
    }

    private boolean sessionEnded(String session) throws SQLException {
        PhysicalConnection connection = pool.borrowForEnding(true);
        try {
            return verified().ended(connection.jdbc(), session);
        } finally {
            pool.giveBack(connection);
        }
    }

    @Override
    public void forget(BranchContext context) throws SQLException {
        Ending end = ending.end(XaOperation.FORGET, new BranchXid(context.id()), null, Absence.EXPECTED, false);
        if (end.result() != Ending.Result.DONE) {
            throw new SQLException("Cannot forget " + context.id() + ": " + end.detail());
        }
    }

    @Override
    public void scan(ScanSink sink) throws SQLException {
        releaseOverduePins();
        scan.run(resource()).keySet().forEach(sink::found);
    }

    /** Closes the connections; prepared branches stay as they are, and others are undone. */
    @Override
    public void ended() {
        branches.values().forEach(branch -> {
            branch.rollback();
            PhysicalConnection pinned = branch.takePrepared();
            if (pinned != null) {
                pool.retire(pinned);
            }
        });
        pool.close();
    }

    private boolean knownReadOnly(BranchId id) {
        return Boolean.TRUE.equals(readOnlyByPrepared.get(id));
    }

    /** Closes sessions that keep a prepared branch to themselves for long, so that any session can end it. */
    private void releaseOverduePins() {
        for (XaBranch branch : branches.values()) {
            if (branch.pinnedTooLong()) {
                PhysicalConnection pinned = branch.takePrepared();
                if (pinned != null) {
                    pool.retire(pinned);
                }
            }
        }
    }

    private ParticipantHandle attached() {
        ParticipantHandle attached = handle;
        if (attached == null) {
            throw new IllegalStateException(
                    "Not registered yet: use what client.participant(name, XaParticipant.of(...)) returns");
        }
        return attached;
    }

    private Database verified() {
        Database verified = database;
        if (verified == null) {
            throw new IllegalStateException("Not verified yet");
        }
        return verified;
    }

    private final class BranchHome implements XaBranch.Home {
        @Override
        public XaConnectionPool pool() {
            return pool;
        }

        @Override
        public Database database() {
            return verified();
        }

        @Override
        public XaOptions options() {
            return options;
        }

        @Override
        public LongSupplier nanoClock() {
            return nanoClock;
        }

        @Override
        public CompletableFuture<?> enlist(String transactionId) {
            return attached().enlistAsync(transactionId, NO_PAYLOAD).toCompletableFuture();
        }

        @Override
        public void gone(XaBranch branch) {
            branches.remove(branch.xid().id(), branch);
        }
    }
}
