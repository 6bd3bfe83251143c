package io.unanimous.sdk.xa;

import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.xa.XaRule.Absence;
import java.sql.SQLException;
import java.time.Duration;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Phase two at the resource: commits, rolls back and forgets branches that are or may be prepared, as {@link XaRule}
 * says. Safe for use by many threads.
 */
final class XaEnding {

    private static final Logger LOG = LoggerFactory.getLogger(XaEnding.class);

    /** An idle connection, then a fresh one; further tries are the coordinator's. */
    private static final int ASKED_MAX = 2;

    private final XaConnectionPool pool;
    private final XaScan scan;
    private final Duration timeout;

    XaEnding(XaConnectionPool pool, XaScan scan, Duration timeout) {
        this.pool = pool;
        this.scan = scan;
        this.timeout = timeout;
    }

    /**
     * Ends a branch.
     *
     * @param xid as the branch was prepared
     * @param pinned the session that prepared it, where that is kept; it is given back, and only it is asked
     * @param absence see {@link XaRule#afterScan}
     * @param knownReadOnly see {@link XaRule#verdict}
     * @throws SQLException if no connection is to be had or the scan failed: nothing is known, ask again later
     */
    Ending end(
            XaOperation operation,
            BranchXid xid,
            @Nullable PhysicalConnection pinned,
            Absence absence,
            boolean knownReadOnly)
            throws SQLException {
        BranchId branch = xid.id();
        PhysicalConnection connection = pinned;
        Absence expectation = expectation(absence, knownReadOnly);
        String said = "";
        for (int asked = 1; asked <= ASKED_MAX; asked++) {
            if (connection == null) {
                connection = pool.borrowForEnding(asked > 1);
            }
            Answered answered = ask(operation, xid, connection, asked == 1 && pinned != null);
            connection = null;
            said = answered.detail();
            XaVerdict verdict = XaRule.verdict(operation, answered.answer(), knownReadOnly);
            if (verdict == XaVerdict.SCAN) {
                boolean listed = scan.run(branch.resource()).containsKey(branch);
                verdict = XaRule.afterScan(answered.answer(), listed, expectation);
                said += listed ? "; the branch is still prepared" : "; a complete scan does not show the branch";
            }
            if (expectation == Absence.UNEXPECTED && answered.answer().mayHaveReached()) {
                expectation = Absence.EXPECTED;
            }
            if (verdict == XaVerdict.FORGET) {
                return forgetAgreed(xid);
            }
            if (verdict != XaVerdict.ASK_AGAIN) {
                return ending(operation, branch, verdict, said);
            }
            if (pinned != null) {
                // Nobody else may ask before the server has ended that session: XaParticipant waits for it.
                return Ending.retry(said);
            }
        }
        return Ending.retry(said);
    }

    /** What it means, for a branch that nobody was asked about, that a complete scan does not show it. */
    Ending absent(XaOperation operation, BranchId branch, Absence absence, boolean knownReadOnly) {
        XaVerdict verdict = XaRule.afterScan(XaAnswer.NOT_FOUND, false, expectation(absence, knownReadOnly));
        return ending(operation, branch, verdict, "a complete scan does not show the branch");
    }

    private static Absence expectation(Absence absence, boolean knownReadOnly) {
        return absence == Absence.UNEXPECTED && knownReadOnly ? Absence.EXPECTED : absence;
    }

    private Ending ending(XaOperation operation, BranchId branch, XaVerdict verdict, String said) {
        Ending ending = switch (verdict) {
            case DONE -> Ending.done();
            case LATER -> Ending.retry(said);
            case HEURISTIC_COMMITTED -> Ending.heuristic(Ending.Result.HEURISTIC_COMMITTED, said);
            case HEURISTIC_ROLLED_BACK -> Ending.heuristic(Ending.Result.HEURISTIC_ROLLED_BACK, said);
            case HEURISTIC_MIXED -> Ending.heuristic(Ending.Result.HEURISTIC_MIXED, said);
            case HEURISTIC_HAZARD -> Ending.heuristic(Ending.Result.HEURISTIC_HAZARD, said);
            case PREPARED, READ_ONLY, REFUSED, ROLLED_BACK, UNKNOWN, FORGET, SCAN, ASK_AGAIN ->
                throw new IllegalStateException(operation + " of " + branch + " came to " + verdict);
        };
        if (verdict != XaVerdict.DONE && verdict != XaVerdict.LATER) {
            LOG.error("The resource went its own way: {} of {} came to {} ({})", operation, branch, verdict, said);
        }
        return ending;
    }

    /** The resource had done by itself what it was told now; it remembers that until it is told to forget. */
    private Ending forgetAgreed(BranchXid xid) throws SQLException {
        return end(XaOperation.FORGET, xid, null, Absence.EXPECTED, false);
    }

    /** Asks once. The connection goes back to the pool if it is still of use. */
    private Answered ask(XaOperation operation, BranchXid xid, PhysicalConnection connection, boolean pinned) {
        connection.limit(timeout);
        try {
            XAResource resource = connection.resource();
            switch (operation) {
                case COMMIT -> resource.commit(xid, false);
                case ROLLBACK -> resource.rollback(xid);
                case FORGET -> resource.forget(xid);
                case PREPARE, ONE_PHASE -> throw new IllegalArgumentException("Not of phase two: " + operation);
            }
            connection.unlimit();
            pool.giveBack(connection);
            return new Answered(XaAnswer.OK, "");
        } catch (XAException | RuntimeException e) {
            XaAnswer answer = XaAnswer.of(e);
            if (answer.mayHaveReached() || answer == XaAnswer.MISUSED) {
                pool.discard(connection);
            } else if (pinned) {
                // The session that prepared the branch and did not end it may still keep it from others.
                pool.retire(connection);
            } else {
                connection.unlimit();
                pool.giveBack(connection);
            }
            return new Answered(answer, XaAnswer.describe(e));
        }
    }

    private record Answered(XaAnswer answer, String detail) {}
}
