package io.unanimous.sdk.xa;

import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.xa.XaRule.Absence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Phase two of a branch in another session than the one that prepared it, of this process or of any other, at a database
 * that must not be asked before that session has let go of the branch ({@link Database#xidTellsSession}).
 *
 * <p>A complete scan shows the branch's xid, the xid tells the session, and the database is asked about that session: the
 * branch is ended only after. Until then the answer is to ask again later. Nothing here blocks; safe for use by many
 * threads.
 */
final class XaTakeover {

    /**
     * How long after it has left the server's list a session counts as still holding its branch, where the database does
     * not let us look. What the server does in between is a few instructions; this is for a machine that is busy.
     */
    static final Duration LETS_GO_WITHIN = Duration.ofSeconds(1);

    /** More branches than any database lets be prepared at once. */
    private static final int REMEMBERED_MAX = 100_000;

    private final XaConnectionPool pool;
    private final XaScan scan;
    private final XaEnding ending;
    private final Duration timeout;
    private final LongSupplier nanoClock;
    /** When each branch's session was first seen to have left the list. */
    private final RecentBranches<Long> leftAtByBranch = new RecentBranches<>(REMEMBERED_MAX);

    XaTakeover(XaConnectionPool pool, XaScan scan, XaEnding ending, Duration timeout, LongSupplier nanoClock) {
        this.pool = pool;
        this.scan = scan;
        this.ending = ending;
        this.timeout = timeout;
        this.nanoClock = nanoClock;
    }

    /**
     * Ends a branch.
     *
     * @param absence see {@link XaRule#afterScan}
     * @param knownReadOnly see {@link XaRule#verdict}
     * @throws SQLException if no connection is to be had or the scan failed: nothing is known, ask again later
     */
    Ending end(Database database, XaOperation operation, BranchId branch, Absence absence, boolean knownReadOnly)
            throws SQLException {
        BranchXid xid = scan.run(branch.resource()).get(branch);
        if (xid != null && !xid.session().isEmpty() && !letGo(database, xid)) {
            return Ending.retry("the server has not ended " + database.describeSession(xid.session())
                    + " for good, in which the branch was prepared: no other session may end the branch before");
        }
        Ending end = xid == null
                ? ending.absent(operation, branch, absence, knownReadOnly)
                : ending.end(operation, xid, null, absence, knownReadOnly);
        if (end.result() == Ending.Result.DONE) {
            leftAtByBranch.remove(branch);
        }
        return end;
    }

    private boolean letGo(Database database, BranchXid xid) throws SQLException {
        Database.Hold hold;
        PhysicalConnection connection = pool.borrowForEnding(true);
        connection.limit(timeout);
        try {
            hold = database.hold(connection.jdbc(), xid.session());
        } catch (SQLException | RuntimeException e) {
            pool.discard(connection);
            throw e;
        }
        connection.unlimit();
        pool.giveBack(connection);
        return switch (hold) {
            case HELD -> false;
            case LET_GO -> true;
            case LEFT_THE_LIST -> leftLongAgo(xid.id());
        };
    }

    private boolean leftLongAgo(BranchId branch) {
        long now = nanoClock.getAsLong();
        @Nullable Long leftAt = leftAtByBranch.get(branch);
        if (leftAt == null) {
            leftAtByBranch.put(branch, now);
            return false;
        }
        return now - leftAt > LETS_GO_WITHIN.toNanos();
    }
}
