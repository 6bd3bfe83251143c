package io.unanimous.sdk.xa;

import io.unanimous.sdk.BranchId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** Complete scans of a resource for its prepared branches: everything, or an exception (a failed scan is no scan). */
final class XaScan {

    private final XaConnectionPool pool;
    private final Duration timeout;

    XaScan(XaConnectionPool pool, Duration timeout) {
        this.pool = pool;
        this.timeout = timeout;
    }

    /**
     * Every branch of the resource that was prepared before this was called and has not ended since, whoever prepared it,
     * with the xid that it was prepared by. Other resources', coordinators' and systems' branches on the same server are left out.
     *
     * @throws SQLException if the scan is not complete
     */
    Map<BranchId, BranchXid> run(String resource) throws SQLException {
        PhysicalConnection connection = pool.borrowForEnding(false);
        Xid[] xids;
        connection.limit(timeout);
        try {
            // Both flags in one call: begin, tell everything, end.
            xids = connection.resource().recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN);
        } catch (XAException | RuntimeException e) {
            pool.discard(connection);
            throw new SQLException("The scan of " + resource + " failed: " + XaAnswer.describe(e), e);
        }
        connection.unlimit();
        pool.giveBack(connection);
        if (xids == null) {
            throw new SQLException("The scan of " + resource + " failed: the driver returned null");
        }
        Map<BranchId, BranchXid> found = new LinkedHashMap<>();
        for (Xid xid : xids) {
            BranchXid.scanned(xid, resource).ifPresent(ours -> found.put(ours.id(), ours));
        }
        return found;
    }
}
