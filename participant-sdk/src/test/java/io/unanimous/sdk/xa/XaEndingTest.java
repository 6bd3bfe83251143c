package io.unanimous.sdk.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.xa.XaRule.Absence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P12's answers that no database of ours can be brought to give: heuristics, lost connections at each call. */
class XaEndingTest {

    /** The fake's way of writing an exception with error code 0. */
    private static final int CODE_ZERO = 1000;

    private static final BranchId BRANCH = BranchId.of(TestIds.transaction(1), "ledger", "life0");

    private static final BranchXid XID = new BranchXid(BRANCH);

    private final FakeDatabase database = new FakeDatabase();
    private final XaOptions options = XaOptions.defaults().borrowTimeout(Duration.ofMillis(50));
    private final XaConnectionPool pool =
            new XaConnectionPool(database.dataSource(), options, new AtomicLong()::incrementAndGet);
    private final XaEnding ending =
            new XaEnding(pool, new XaScan(pool, options.resourceTimeout()), options.resourceTimeout());

    @ParameterizedTest
    @CsvSource({
        "COMMIT,   6,   HEURISTIC_ROLLED_BACK",
        "COMMIT,   5,   HEURISTIC_MIXED",
        "COMMIT,   8,   HEURISTIC_HAZARD",
        "COMMIT,   100, HEURISTIC_ROLLED_BACK",
        "COMMIT,   4,   RETRY",
        "ROLLBACK, 7,   HEURISTIC_COMMITTED",
        "ROLLBACK, 5,   HEURISTIC_MIXED",
        "ROLLBACK, 8,   HEURISTIC_HAZARD",
        "ROLLBACK, 104, DONE",
        "ROLLBACK, 4,   RETRY",
    })
    void whatTheResourceDidByItselfIsReported(XaOperation operation, int code, Ending.Result result) throws Exception {
        database.script(operation.name().toLowerCase(Locale.ROOT), code);
        assertThat(ending.end(operation, XID, null, Absence.UNEXPECTED, false).result())
                .isEqualTo(result);
        assertThat(database.calls).hasSize(1);
    }

    @Test
    void agreementIsForgottenAtTheResource() throws Exception {
        database.script("commit", XAException.XA_HEURCOM);
        assertThat(end(XaOperation.COMMIT)).isEqualTo(Ending.done());
        assertThat(database.calls).containsExactly("1 commit", "1 forget");

        database.calls.clear();
        database.script("rollback", XAException.XA_HEURRB);
        assertThat(end(XaOperation.ROLLBACK)).isEqualTo(Ending.done());
        assertThat(database.calls).containsExactly("1 rollback", "1 forget");
    }

    @Test
    void agreementThatCannotBeForgottenIsTriedAgainLater() throws Exception {
        database.script("commit", XAException.XA_HEURCOM);
        database.script("forget", XAException.XAER_RMFAIL, XAException.XAER_RMFAIL);
        assertThat(end(XaOperation.COMMIT).result()).isEqualTo(Ending.Result.RETRY);
    }

    @ParameterizedTest
    @CsvSource({"commit, -7", "rollback, -7", "commit, 1000", "rollback, 1000", "commit, -6", "commit, 4711"})
    void aLostConnectionIsReplacedByAFreshOne(String operation, int code) throws Exception {
        database.script(operation, code);
        assertThat(end(XaOperation.valueOf(operation.toUpperCase(Locale.ROOT)))).isEqualTo(Ending.done());
        assertThat(database.calls).containsExactly("1 " + operation, "2 " + operation);
        assertThat(database.closed).isEqualTo(1);
    }

    @Test
    void twoLostConnectionsAreLeftToTheCoordinator() throws Exception {
        database.script("commit", CODE_ZERO, XAException.XAER_RMFAIL);
        assertThat(end(XaOperation.COMMIT).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(database.calls).containsExactly("1 commit", "2 commit");
        assertThat(database.closed).isEqualTo(2);
    }

    @Test
    void notFoundAfterALostAnswerIsDone() throws Exception {
        database.script("commit", XAException.XAER_RMFAIL, XAException.XAER_NOTA);
        assertThat(end(XaOperation.COMMIT)).isEqualTo(Ending.done());
        assertThat(database.calls).containsExactly("1 commit", "2 commit", "2 recover");
    }

    @Test
    void notFoundAfterAMisuseExplainsNothing() throws Exception {
        database.script("commit", XAException.XAER_PROTO, XAException.XAER_NOTA);
        assertThat(end(XaOperation.COMMIT).result()).isEqualTo(Ending.Result.HEURISTIC_HAZARD);
    }

    @Test
    void notFoundThatIsListedIsBusy() throws Exception {
        database.prepared.add(XID);
        database.script("commit", XAException.XAER_NOTA, XAException.XAER_RMERR);
        assertThat(end(XaOperation.COMMIT).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(ending.end(XaOperation.COMMIT, XID, null, Absence.EXPECTED, false)
                        .result())
                .isEqualTo(Ending.Result.RETRY);
    }

    @Test
    void aFailedScanIsNoScan() {
        database.script("commit", XAException.XAER_NOTA);
        database.script("recover", XAException.XAER_RMFAIL);
        assertThatThrownBy(() -> end(XaOperation.COMMIT))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("scan of ledger failed");
    }

    @Test
    void theScanFollowsTheAttempt() throws Exception {
        database.script("rollback", XAException.XAER_NOTA);
        ending.end(XaOperation.ROLLBACK, XID, null, Absence.EXPECTED, false);
        assertThat(database.calls).containsExactly("1 rollback", "1 recover");
    }

    @Test
    void aKnownReadOnlyBranchContradictsNothing() throws Exception {
        database.script("commit", XAException.XA_RBROLLBACK, XAException.XAER_NOTA);
        assertThat(ending.end(XaOperation.COMMIT, XID, null, Absence.UNEXPECTED, true))
                .isEqualTo(Ending.done());
        assertThat(ending.end(XaOperation.COMMIT, XID, null, Absence.UNEXPECTED, true))
                .isEqualTo(Ending.done());
    }

    @Test
    void thePinnedSessionIsAskedAlone() throws Exception {
        PhysicalConnection pinned = pool.borrowForWork();
        database.script("commit", CODE_ZERO);
        assertThat(ending.end(XaOperation.COMMIT, XID, pinned, Absence.UNEXPECTED, false)
                        .result())
                .isEqualTo(Ending.Result.RETRY);
        assertThat(database.calls).containsExactly("1 commit");
        assertThat(database.closed).isEqualTo(1);
    }

    @Test
    void aPinnedSessionThatDidNotEndTheBranchIsClosed() throws Exception {
        PhysicalConnection pinned = pool.borrowForWork();
        database.script("commit", XAException.XA_RETRY);
        assertThat(ending.end(XaOperation.COMMIT, XID, pinned, Absence.UNEXPECTED, false)
                        .result())
                .isEqualTo(Ending.Result.RETRY);
        assertThat(database.closed).isEqualTo(1);
    }

    @Test
    void everyConnectionComesBack() throws Exception {
        database.script("commit", XAException.XAER_RMFAIL, XAException.XAER_NOTA, 5, 4, CODE_ZERO, -6);
        for (int i = 0; i < 10; i++) {
            end(XaOperation.COMMIT);
        }
        List<PhysicalConnection> all = new ArrayList<>();
        for (int i = 0; i < 16 + 2; i++) {
            all.add(pool.borrowForEnding(false));
        }
        assertThat(database.opened - database.closed).isEqualTo(18);
        all.forEach(pool::giveBack);
    }

    private Ending end(XaOperation operation) throws SQLException {
        return ending.end(operation, XID, null, Absence.UNEXPECTED, false);
    }
}
