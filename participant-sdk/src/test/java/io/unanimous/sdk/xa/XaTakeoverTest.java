package io.unanimous.sdk.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.xa.XaRule.Absence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When MariaDB may be asked to end a branch that another session prepared: every state of that session. */
class XaTakeoverTest {

    private static final long STARTED_AT = 1_790_000_000L;
    private static final BranchId BRANCH = BranchId.of(TestIds.transaction(1), "ledger", "life0");
    private static final BranchXid XID = new BranchXid(BRANCH, new MariaDbSession(STARTED_AT, 7).name());

    private final FakeDatabase server = new FakeDatabase();
    private final AtomicLong clock = new AtomicLong(1_000_000_000L);
    private final XaOptions options =
            XaOptions.defaults().workConnections(1).reservedConnections(1).borrowTimeout(Duration.ofMillis(50));
    private final XaConnectionPool pool = new XaConnectionPool(server.dataSource(), options, clock::get);
    private final XaScan scan = new XaScan(pool, options.resourceTimeout());
    private final XaTakeover takeover = new XaTakeover(
            pool, scan, new XaEnding(pool, scan, options.resourceTimeout()), options.resourceTimeout(), clock::get);

    /** A branch is prepared; its session is not listed any more, and InnoDB's status is not to be seen. */
    @BeforeEach
    void prepared() {
        server.prepared.add(XID);
        server.variables.putAll(Map.of("started", String.valueOf(STARTED_AT), "connection", "9", "sessions", "0"));
    }

    @ParameterizedTest
    @EnumSource(
            value = XaOperation.class,
            names = {"COMMIT", "ROLLBACK"})
    void nobodyIsAskedWhileTheSessionIsListed(XaOperation operation) throws Exception {
        server.variables.put("sessions", "1");
        clock.addAndGet(Duration.ofDays(1).toNanos());
        Ending ending = end(operation);
        assertThat(ending.result()).isEqualTo(Ending.Result.RETRY);
        assertThat(ending.detail()).contains("session 7");
        clock.addAndGet(Duration.ofDays(1).toNanos());
        assertThat(end(operation).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(server.calls).doesNotContain("1 commit", "1 rollback");
    }

    @Test
    void nobodyIsAskedWhileInnoDbHoldsTheBranchForTheSession() throws Exception {
        server.variables.put("status", status(9, 7));
        assertThat(end(XaOperation.COMMIT).result()).isEqualTo(Ending.Result.RETRY);
        clock.addAndGet(Duration.ofDays(1).toNanos());
        assertThat(end(XaOperation.COMMIT).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(server.calls).doesNotContain("1 commit");

        server.variables.put("status", status(9, 77));
        assertThat(end(XaOperation.COMMIT)).isEqualTo(Ending.done());
        assertThat(server.calls).contains("1 commit");
    }

    /** Not seen is no proof: without a look at InnoDB time has to pass. */
    @Test
    void whereInnoDbCannotBeSeenTheBoundIsWaitedFor() throws Exception {
        assertThat(end(XaOperation.ROLLBACK).result()).isEqualTo(Ending.Result.RETRY);
        clock.addAndGet(XaTakeover.LETS_GO_WITHIN.toNanos());
        assertThat(end(XaOperation.ROLLBACK).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(server.calls).doesNotContain("1 rollback");

        clock.addAndGet(1);
        assertThat(end(XaOperation.ROLLBACK)).isEqualTo(Ending.done());
        assertThat(server.calls).contains("1 rollback");
    }

    /** Counted from when the session was missed, however long the branch was known before. */
    @Test
    void theBoundBeginsWhenTheSessionLeavesTheList() throws Exception {
        server.variables.put("sessions", "1");
        assertThat(end(XaOperation.COMMIT).result()).isEqualTo(Ending.Result.RETRY);
        clock.addAndGet(Duration.ofHours(1).toNanos());
        server.variables.put("sessions", "0");
        assertThat(end(XaOperation.COMMIT).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(server.calls).doesNotContain("1 commit");
    }

    @Test
    void aServerThatWasStartedSinceHasNoSuchSession() throws Exception {
        server.variables.put("started", String.valueOf(STARTED_AT + 1));
        server.variables.put("sessions", "1");
        server.variables.put("status", status(9, 7));
        assertThat(end(XaOperation.COMMIT)).isEqualTo(Ending.done());
        assertThat(server.calls).contains("1 commit");
    }

    @Test
    void anXidThatTellsNoSessionIsAskedForAtOnce() throws Exception {
        server.prepared.clear();
        server.prepared.add(new BranchXid(BRANCH));
        server.variables.put("sessions", "1");
        assertThat(end(XaOperation.COMMIT)).isEqualTo(Ending.done());
    }

    @Test
    void whatNoScanShowsIsAskedOfNobody() throws Exception {
        server.prepared.clear();
        assertThat(end(XaOperation.COMMIT, Absence.EXPECTED, false)).isEqualTo(Ending.done());
        assertThat(end(XaOperation.COMMIT, Absence.TOO_EARLY, false).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(end(XaOperation.COMMIT, Absence.UNEXPECTED, false).result())
                .isEqualTo(Ending.Result.HEURISTIC_HAZARD);
        assertThat(end(XaOperation.COMMIT, Absence.UNEXPECTED, true)).isEqualTo(Ending.done());
        assertThat(server.calls).doesNotContain("1 commit");
    }

    @Test
    void whatCannotBeReadIsNotBelieved() {
        server.variables.put("started", "rubbish");
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> end(XaOperation.COMMIT)).isInstanceOf(NumberFormatException.class);
        }
        assertThat(server.calls).doesNotContain("1 commit");
        assertThat(server.closed).isEqualTo(server.opened).isEqualTo(5);
    }

    @Test
    void aFailedScanIsNoScan() {
        server.script("recover", XAException.XAER_RMFAIL);
        assertThatThrownBy(() -> end(XaOperation.COMMIT))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("scan of ledger failed");
    }

    private Ending end(XaOperation operation) throws SQLException {
        return end(operation, Absence.EXPECTED, false);
    }

    private Ending end(XaOperation operation, Absence absence, boolean knownReadOnly) throws SQLException {
        return takeover.end(new MariaDbDatabase(), operation, BRANCH, absence, knownReadOnly);
    }

    private static String status(long... sessions) {
        return InnoDbTransactionsTest.status(sessions);
    }
}
