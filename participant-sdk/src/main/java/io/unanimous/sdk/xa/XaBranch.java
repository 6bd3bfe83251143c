package io.unanimous.sdk.xa;

import io.unanimous.sdk.Ballot;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One branch's work in this process, from its first join until nothing here belongs to it any more.
 *
 * <p>Application threads and the SDK's workers meet here. {@code lock} guards the state and is held for moments;
 * {@code use} is held by whoever talks to the connection, which may take long. A rollback first changes the state, which
 * stops every further use, then cancels the running statement, then takes {@code use}, and cuts the connection if it
 * does not get it. {@code lock} is never taken for the sake of waiting for {@code use}.
 */
final class XaBranch {

    /** What the branch needs from its participant. */
    interface Home {
        XaConnectionPool pool();

        Database database();

        XaOptions options();

        LongSupplier nanoClock();

        /** Sends Enlist. */
        CompletableFuture<?> enlist(String transactionId);

        /** Nothing in this process belongs to the branch any more. */
        void gone(XaBranch branch);
    }

    private enum State {
        /** No connection yet. */
        NEW,
        /** Work may be done. */
        ACTIVE,
        /** Nothing more may be done but roll back. */
        DOOMED,
        /** Prepare runs, or a one-phase commit. */
        ENDING,
        /** Prepared, and its session has to be kept for phase two. */
        PREPARED,
        /** Nothing is left here. */
        GONE
    }

    /** SQL's own state for a transaction that is rolled back. */
    private static final String ROLLED_BACK = "40000";

    private static final Logger LOG = LoggerFactory.getLogger(XaBranch.class);

    private final Home home;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ReentrantLock use = new ReentrantLock();
    private final Set<BranchConnection> handles = new HashSet<>();
    private State state = State.NEW;
    private boolean opening;
    private @Nullable Thread owner;
    private @Nullable PhysicalConnection connection;
    private @Nullable BranchEnlistment enlistment;
    private String doom = "";
    /** Whether the current handles' association with the connection has begun and not ended; guarded by use. */
    private boolean associated;
    /** Prepare was asked of the resource; guarded by use. */
    private boolean prepareTried;

    private long preparedAt;
    private volatile String session = "";
    /** Tells the session too, once there is one and where it has to. */
    private volatile BranchXid xid;

    XaBranch(BranchXid xid, Home home) {
        this.xid = xid;
        this.home = home;
    }

    BranchXid xid() {
        return xid;
    }

    /**
     * Opens a handle: begins the branch, or takes it up again where an earlier handle left it. Waits while another
     * thread has a handle open; the same thread shares the work of its own.
     *
     * @return empty if the branch came to its end meanwhile, so that a new one has to be begun
     */
    Optional<Connection> open() throws SQLException {
        boolean first;
        boolean shared;
        lock.lock();
        try {
            awaitTurn();
            switch (state) {
                case NEW, ACTIVE -> {}
                case DOOMED, ENDING, PREPARED -> throw notActive();
                case GONE -> {
                    return Optional.empty();
                }
            }
            first = state == State.NEW;
            shared = !handles.isEmpty();
            opening = true;
            owner = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        BranchConnection handle = null;
        try {
            PhysicalConnection c = first ? begin() : shared ? current() : resume();
            handle = new BranchConnection(this, c);
        } finally {
            opened(handle);
        }
        return Optional.of(handle.proxy());
    }

    /** Runs on the connection, if the handle is still good. */
    @Nullable
    Object use(BranchConnection handle, SqlCall call) throws SQLException {
        use.lock();
        try {
            lock.lock();
            try {
                if (state != State.ACTIVE || !handles.contains(handle)) {
                    throw handles.contains(handle) ? notActive() : new SQLException("This handle is closed: " + xid);
                }
            } finally {
                lock.unlock();
            }
            return call.run();
        } finally {
            use.unlock();
        }
    }

    /**
     * Closes a handle. With the last one the association ends, and the enlistment is waited for: a commit may follow the
     * return, and must find the branch enlisted (P2).
     *
     * @throws SQLException if the branch could not be enlisted; its work is undone
     */
    void close(BranchConnection handle) throws SQLException {
        use.lock();
        try {
            boolean last;
            lock.lock();
            try {
                if (!handles.contains(handle)) {
                    return;
                }
                last = handles.size() == 1 && state == State.ACTIVE;
            } finally {
                lock.unlock();
            }
            handle.closeStatements();
            if (last) {
                endAssociation(current(), XAResource.TMSUCCESS);
            }
        } catch (XAException | RuntimeException e) {
            // MariaDB tells here that a deadlock has undone everything.
            doom("its work cannot be ended: " + XaAnswer.describe(e));
        } catch (SQLException e) {
            LOG.trace("A rollback of {} came first, and is told below", xid, e);
        } finally {
            use.unlock();
        }
        Optional<SQLException> notEnlisted = awaitEnlistment();
        lock.lock();
        try {
            // Counted as open up to here: a prepare that overtakes the end of this method is refused.
            handles.remove(handle);
            if (handles.isEmpty()) {
                owner = null;
            }
            changed.signalAll();
            if (notEnlisted.isPresent()) {
                throw notEnlisted.get();
            }
            if (state != State.ACTIVE) {
                throw notActive();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Prepares the branch and gives its connection back, unless phase two needs that very session.
     *
     * @param readOnlyByPrepared notes a prepared branch here, and whether it is known to have changed nothing
     */
    Ballot prepare(RecentBranches<Boolean> readOnlyByPrepared) {
        Optional<String> refusal = beginEnding();
        if (refusal.isPresent()) {
            return Ballot.refused(refusal.get());
        }
        use.lock();
        try {
            PhysicalConnection c = current();
            c.limit(home.options().resourceTimeout());
            try {
                home.database().proveSound(c.jdbc());
            } catch (SQLException failed) {
                return refuse("its transaction had failed before: " + XaAnswer.describe(failed));
            }
            XaAnswer answer;
            prepareTried = true;
            try {
                answer = answerOf(c.resource().prepare(xid));
            } catch (XAException e) {
                return refuse("prepare failed: " + XaAnswer.describe(e));
            }
            switch (XaRule.verdict(XaOperation.PREPARE, answer, false)) {
                case PREPARED -> {
                    c.unlimit();
                    readOnlyByPrepared.put(xid.id(), answer == XaAnswer.READ_ONLY_PREPARED);
                    keepOrRelease(c);
                    return Ballot.prepared();
                }
                case READ_ONLY -> {
                    c.unlimit();
                    leave();
                    home.pool().giveBack(c);
                    return Ballot.readOnly();
                }
                default -> {
                    return refuse("prepare answered " + answer);
                }
            }
        } catch (SQLException | RuntimeException e) {
            return refuse("prepare failed: " + XaAnswer.describe(e));
        } finally {
            use.unlock();
        }
    }

    /** Commits the branch without preparing it. Whatever comes of it, nothing of the branch is left here. */
    OnePhase commitOnePhase() {
        Optional<String> refusal = beginEnding();
        if (refusal.isPresent()) {
            rollback();
            return new OnePhase(XaVerdict.ROLLED_BACK, refusal.get());
        }
        boolean sound = false;
        OnePhase outcome;
        use.lock();
        try {
            PhysicalConnection c = current();
            c.limit(home.options().resourceTimeout());
            home.database().proveSound(c.jdbc());
            sound = true;
            c.resource().commit(xid, true);
            outcome = new OnePhase(XaVerdict.DONE, "");
        } catch (SQLException | XAException | RuntimeException e) {
            outcome = sound
                    ? new OnePhase(
                            XaRule.verdict(XaOperation.ONE_PHASE, XaAnswer.of(e), false),
                            "commit in one phase failed: " + XaAnswer.describe(e))
                    : new OnePhase(XaVerdict.ROLLED_BACK, "its transaction had failed before: " + XaAnswer.describe(e));
        } finally {
            use.unlock();
        }
        if (outcome.verdict() == XaVerdict.DONE) {
            PhysicalConnection c = leave();
            if (c != null) {
                c.unlimit();
                home.pool().giveBack(c);
            }
        } else {
            // Clears the session of what is left there, and cannot turn a commit round.
            rollback();
        }
        return outcome;
    }

    /**
     * Undoes what is not prepared, and breaks open handles off. Whatever else is left of the branch is still to be rolled
     * back at the resource.
     */
    Undone rollback() {
        Set<BranchConnection> open;
        lock.lock();
        try {
            if (state == State.GONE) {
                return Undone.ALL;
            }
            if (state == State.PREPARED) {
                return Undone.NOT_PREPARED_WORK;
            }
            if (state != State.DOOMED) {
                state = State.DOOMED;
                doom = "it was rolled back";
            }
            open = Set.copyOf(handles);
        } finally {
            lock.unlock();
        }
        open.forEach(BranchConnection::cancel);
        if (!takeUse()) {
            cut();
            return Undone.ALL;
        }
        try {
            open.forEach(BranchConnection::closeStatements);
            PhysicalConnection c = leave();
            if (c == null) {
                return Undone.ALL;
            }
            c.limit(home.options().resourceTimeout());
            try {
                if (associated) {
                    endAssociation(c, XAResource.TMFAIL);
                }
                c.resource().rollback(xid);
                c.unlimit();
                home.pool().giveBack(c);
                return Undone.ALL;
            } catch (XAException | RuntimeException e) {
                LOG.debug("Rolling back {} on its own connection failed; dropping that", xid, e);
                // Without its session, unprepared work is undone by the server.
                home.pool().discard(c);
                return prepareTried ? Undone.NOT_A_LOST_PREPARE : Undone.ALL;
            }
        } finally {
            use.unlock();
        }
    }

    /** Hands over the session that phase two has to use, if there is one; the branch is then no longer kept here. */
    @Nullable
    PhysicalConnection takePrepared() {
        lock.lock();
        try {
            if (state != State.PREPARED) {
                return null;
            }
        } finally {
            lock.unlock();
        }
        return leave();
    }

    /** Whether the branch has been keeping its session for phase two for longer than is good. */
    boolean pinnedTooLong() {
        lock.lock();
        try {
            return state == State.PREPARED
                    && home.nanoClock().getAsLong() - preparedAt
                            > home.options().preparedPinTimeout().toNanos();
        } finally {
            lock.unlock();
        }
    }

    /** How the server calls the session that the work was done in. */
    String session() {
        return session;
    }

    /** How much a rollback undid. */
    enum Undone {
        /** Everything, as far as this process knows of it. */
        ALL,
        /** What is prepared is left; {@link #takePrepared} gives its session. */
        NOT_PREPARED_WORK,
        /** A prepare whose answer was lost is left: it may have happened, and may still happen. */
        NOT_A_LOST_PREPARE
    }

    /** What {@link #commitOnePhase} came to: DONE, ROLLED_BACK or UNKNOWN, and why. */
    record OnePhase(XaVerdict verdict, String detail) {}

    /** Something done on the connection. */
    @FunctionalInterface
    interface SqlCall {
        @Nullable
        Object run() throws SQLException;
    }

    private PhysicalConnection begin() throws SQLException {
        PhysicalConnection c = null;
        boolean begun = false;
        try {
            c = home.pool().borrowForWork();
            session = c.session(home.database());
            if (home.database().xidTellsSession()) {
                xid = new BranchXid(xid.id(), session);
            }
            BranchEnlistment asked = new BranchEnlistment(home.enlist(xid.id().transactionId()));
            c.resource().start(xid, XAResource.TMNOFLAGS);
            lock.lock();
            try {
                if (state != State.NEW) {
                    throw notActive();
                }
                state = State.ACTIVE;
                connection = c;
                enlistment = asked;
                associated = true;
                begun = true;
            } finally {
                lock.unlock();
            }
            return c;
        } catch (XAException e) {
            throw new SQLException("Cannot begin " + xid + ": " + XaAnswer.describe(e), e);
        } finally {
            if (!begun) {
                // If the enlistment arrives all the same, prepare finds no work here and refuses.
                leave();
                if (c != null) {
                    home.pool().discard(c);
                }
            }
        }
    }

    private PhysicalConnection resume() throws SQLException {
        use.lock();
        try {
            PhysicalConnection c = current();
            c.resource().start(xid, home.database().rejoinFlag());
            associated = true;
            return c;
        } catch (XAException e) {
            doom("it cannot be taken up again: " + XaAnswer.describe(e));
            throw new SQLException("Cannot take up " + xid + " again: " + XaAnswer.describe(e), e);
        } finally {
            use.unlock();
        }
    }

    private void opened(@Nullable BranchConnection handle) throws SQLException {
        lock.lock();
        try {
            opening = false;
            changed.signalAll();
            if (handle == null) {
                if (handles.isEmpty()) {
                    owner = null;
                }
            } else if (state == State.ACTIVE) {
                handles.add(handle);
            } else {
                throw notActive();
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitTurn() throws SQLException {
        long nanos = home.options().joinTimeout().toNanos();
        try {
            while (opening || (!handles.isEmpty() && owner != Thread.currentThread())) {
                if (nanos <= 0) {
                    throw new SQLTimeoutException(
                            "Another thread has a handle of " + xid + " open, and did not close it"
                                    + " within joinTimeout " + home.options().joinTimeout());
                }
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while waiting for another handle of " + xid, e);
        }
    }

    /** Waits for the coordinator. What could not be enlisted is undone before this returns. */
    private Optional<SQLException> awaitEnlistment() {
        BranchEnlistment asked = enlistment;
        if (asked == null) {
            return Optional.empty();
        }
        return asked.failure(home.options().enlistTimeout()).map(failure -> {
            rollback();
            return new SQLTransactionRollbackException(
                    "The work of " + xid + " is undone, since it could not be enlisted: " + XaAnswer.describe(failure),
                    ROLLED_BACK,
                    failure);
        });
    }

    /** Turns from work to its end, if nobody works any more. Otherwise says why not. */
    private Optional<String> beginEnding() {
        lock.lock();
        try {
            switch (state) {
                case ACTIVE -> {
                    if (opening || !handles.isEmpty()) {
                        doom("a handle was still open when the transaction was to end; close what join() returns");
                        return Optional.of(doom);
                    }
                    state = State.ENDING;
                    return Optional.empty();
                }
                case DOOMED -> {
                    return Optional.of(doom);
                }
                case NEW, ENDING, PREPARED, GONE -> {
                    return Optional.of("there is no work to end; it is " + state);
                }
            }
        } finally {
            lock.unlock();
        }
        throw new IllegalStateException(xid + " in state " + state);
    }

    private Ballot refuse(String reason) {
        doom(reason);
        return Ballot.refused(reason);
    }

    private void doom(String reason) {
        lock.lock();
        try {
            if (state != State.GONE) {
                state = State.DOOMED;
                doom = reason;
            }
        } finally {
            lock.unlock();
        }
    }

    private void keepOrRelease(PhysicalConnection c) {
        if (!home.database().pinsPrepared()) {
            leave();
            home.pool().giveBack(c);
            return;
        }
        lock.lock();
        try {
            state = State.PREPARED;
            preparedAt = home.nanoClock().getAsLong();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the branch's life here and hands its connection to the caller. */
    private @Nullable PhysicalConnection leave() {
        PhysicalConnection c;
        lock.lock();
        try {
            state = State.GONE;
            c = connection;
            connection = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        home.gone(this);
        return c;
    }

    /** Whoever uses the connection does not let go of it: ends the session under him. The server undoes the work. */
    private void cut() {
        PhysicalConnection c = leave();
        if (c != null) {
            LOG.warn("Cutting a connection of {} that did not answer the cancelling of its statement", xid);
            c.abort();
            home.pool().discard(c);
        }
    }

    private boolean takeUse() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return use.tryLock(home.options().cancelTimeout().toMillis(), TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void endAssociation(PhysicalConnection c, int flag) throws XAException {
        // Ended even if this throws: then the resource has rolled back, or the connection is lost.
        associated = false;
        c.resource().end(xid, flag);
    }

    private XaAnswer answerOf(int vote) {
        if (vote != XAResource.XA_RDONLY) {
            return XaAnswer.OK;
        }
        return home.database().preparesReadOnly() ? XaAnswer.READ_ONLY_PREPARED : XaAnswer.READ_ONLY;
    }

    /** The connection, as long as the branch is being worked in or ended. */
    private PhysicalConnection current() throws SQLException {
        lock.lock();
        try {
            PhysicalConnection c = connection;
            if (c == null || (state != State.ACTIVE && state != State.ENDING)) {
                throw notActive();
            }
            return c;
        } finally {
            lock.unlock();
        }
    }

    private SQLException notActive() {
        String why = doom.isEmpty() ? "its transaction is being ended" : doom;
        return new SQLTransactionRollbackException("No work can be done in " + xid + ": " + why, ROLLED_BACK);
    }
}
