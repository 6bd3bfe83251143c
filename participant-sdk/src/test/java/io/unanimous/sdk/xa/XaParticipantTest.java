package io.unanimous.sdk.xa;

import static io.unanimous.sdk.xa.TestIds.again;
import static io.unanimous.sdk.xa.TestIds.first;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.UnsuitableResourceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is checked at registration, and prepare's and one-phase commit's answers, on a scripted database. */
@Timeout(10)
class XaParticipantTest {

    private static final String TX = TestIds.transaction(1);
    private static final XaOptions ACCEPTING = XaOptions.defaults().acceptProduct("Fake");

    private final FakeDatabase database = new FakeDatabase();

    @ParameterizedTest
    @CsvSource({
        "Oracle,                jdbc:oracle:,           acceptProduct(\"Oracle\")",
        "MySQL,                 jdbc:mysql:,            acceptProduct(\"MySQL\")",
        "H2,                    jdbc:h2:file,           forgets prepared branches",
        "HSQL Database Engine,  jdbc:hsqldb:file,       forgets prepared branches",
        "Apache Derby,          jdbc:derby:memory:test, in memory it forgets",
        "Apache Derby,          jdbc:derby:test,        acceptProduct(\"Apache Derby\")",
    })
    void anUnknownDatabaseIsRefused(String product, String url, String message) {
        database.product = product;
        database.url = url;
        assertThatThrownBy(() -> XaParticipant.of(database.dataSource()).verify())
                .isInstanceOf(UnsuitableResourceException.class)
                .hasMessageContaining(product + " cannot take part")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "Apache Derby, jdbc:derby:test,        true",
        "Apache Derby, jdbc:derby:memory:test, false",
        "H2,           jdbc:h2:file,           false"
    })
    void whatForgetsIsNotAcceptedByName(String product, String url, boolean accepted) throws Exception {
        database.product = product;
        database.url = url;
        XaParticipant participant =
                XaParticipant.of(database.dataSource(), XaOptions.defaults().acceptProduct(product));
        if (accepted) {
            participant.verify();
        } else {
            assertThatThrownBy(participant::verify).isInstanceOf(UnsuitableResourceException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "version,                        10.5.1-MariaDB,  10.5.2 or newer",
        "version,                        5.5.68-MariaDB,  10.5.2 or newer",
        "version,                        strange,         10.5.2 or newer",
        "innodb_flush_log_at_trx_commit, 0,               set it to 1",
        "innodb_flush_log_at_trx_commit, 2,               set it to 1",
        "sync_binlog,                    0,               set sync_binlog = 1",
        "read_only,                      ON,              primary",
    })
    void aMariaDbThatIsNotDurableIsRefused(String variable, String value, String message) {
        soundMariaDb();
        database.variables.put(variable, value);
        assertThatThrownBy(() -> XaParticipant.of(database.dataSource()).verify())
                .isInstanceOf(UnsuitableResourceException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "version,  10.5.2-MariaDB",
        "version,  5.5.5-10.11.6-MariaDB-1:10.11.6+maria~ubu2204",
        "version,  11.0.0",
        "log_bin,  ON",
    })
    void aDurableMariaDbIsTaken(String variable, String value) throws Exception {
        soundMariaDb();
        database.variables.put(variable, value);
        XaParticipant.of(database.dataSource()).verify();
    }

    @Test
    void withoutABinaryLogItsSyncingDoesNotMatter() throws Exception {
        soundMariaDb();
        database.variables.put("log_bin", "OFF");
        database.variables.put("sync_binlog", "0");
        XaParticipant.of(database.dataSource()).verify();
    }

    @Test
    void aDatabaseThatCannotBeScannedIsRefused() {
        database.script("recover", XAException.XAER_RMERR);
        assertThatThrownBy(
                        () -> XaParticipant.of(database.dataSource(), ACCEPTING).verify())
                .isInstanceOf(UnsuitableResourceException.class)
                .hasMessageContaining("cannot be listed");
    }

    @Test
    void anythingThrownByPrepareIsARefusal() throws Exception {
        for (int code : new int[] {1000, -7, -3, -4, -6, 5, 6, 7, 8, 100, 107, 4}) {
            FakeDatabase fresh = new FakeDatabase();
            XaParticipant ledger = participant(fresh);
            ledger.join(TX).close();
            fresh.script("prepare", code);
            Ballot ballot = ledger.prepare(first(branch()));
            assertThat(ballot.vote()).isEqualTo(Ballot.Vote.REFUSED);
            assertThat(ballot.reason()).contains("XA error " + (code == 1000 ? 0 : code));
            assertThat(ledger.rollback(first(branch()))).isEqualTo(Ending.done());
            assertThat(fresh.calls)
                    .containsSubsequence("1 start", "1 end", "1 prepare", "1 rollback")
                    .doesNotContain("2 rollback");
        }
    }

    /** The prepare may have been carried out although its answer was lost: the rollback must reach the resource. */
    @Test
    void aLostPrepareIsRolledBackElsewhere() throws Exception {
        XaParticipant ledger = participant(database);
        ledger.join(TX).close();
        database.script("prepare", 1000);
        database.script("rollback", 1000);
        assertThat(ledger.prepare(first(branch())).vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ledger.rollback(first(branch()))).isEqualTo(Ending.done());
        assertThat(database.calls).containsSubsequence("1 prepare", "1 rollback", "2 rollback");
    }

    /** Measured on MariaDB: the prepare goes on in a session that was killed, and shows in no scan until it is done. */
    @Test
    void aLostPrepareIsNotGoneWhileItsSessionLives() throws Exception {
        soundMariaDb();
        database.variables.putAll(Map.of("connection", "7", "sessions", "1"));
        XaParticipant ledger = participant(database);
        ledger.join(TX).close();
        database.script("prepare", 1000);
        database.script("rollback", 1000, XAException.XAER_NOTA, XAException.XAER_NOTA, XAException.XAER_NOTA);
        assertThat(ledger.prepare(first(branch())).vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ledger.rollback(first(branch())).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(ledger.rollback(again(branch(), 2)).result()).isEqualTo(Ending.Result.RETRY);

        database.variables.put("sessions", "0");
        assertThat(ledger.rollback(again(branch(), 3))).isEqualTo(Ending.done());
    }

    /** Measured on MariaDB: while that session ends, another one is told that it has committed, and nothing is. */
    @Test
    void aPreparedBranchIsAskedOfNobodyElseWhileItsSessionLives() throws Exception {
        soundMariaDb();
        database.variables.putAll(Map.of("connection", "7", "sessions", "1"));
        XaParticipant ledger = participant(database);
        ledger.join(TX).close();
        assertThat(ledger.prepare(first(branch()))).isEqualTo(Ballot.prepared());
        database.prepared.add(new BranchXid(branch(), new MariaDbSession(1_790_000_000L, 7).name()));
        database.script("commit", 1000);
        assertThat(ledger.commit(first(branch())).result()).isEqualTo(Ending.Result.RETRY);
        Ending waiting = ledger.commit(again(branch(), 2));
        assertThat(waiting.result()).isEqualTo(Ending.Result.RETRY);
        assertThat(waiting.detail()).contains("session 7");
        assertThat(ledger.rollback(again(branch(), 3)).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(database.calls).contains("1 commit").doesNotContain("2 commit", "2 rollback");

        database.variables.putAll(
                Map.of("connection", "9", "sessions", "0", "status", InnoDbTransactionsTest.status(9)));
        assertThat(ledger.commit(again(branch(), 4))).isEqualTo(Ending.done());
        assertThat(database.calls).contains("2 commit");
    }

    /** Work whose prepare was never tried ends with its session. */
    @Test
    void lostWorkThatWasNotPreparedNeedsNoRollbackElsewhere() throws Exception {
        XaParticipant ledger = participant(database);
        ledger.join(TX).close();
        database.script("rollback", 1000);
        assertThat(ledger.rollback(first(branch()))).isEqualTo(Ending.done());
        assertThat(database.calls).doesNotContain("2 rollback");
        assertThat(database.closed).isEqualTo(1);
    }

    @Test
    void aTrueReadOnlyVoteEndsTheBranch() throws Exception {
        XaParticipant ledger = participant(database);
        ledger.join(TX).close();
        database.script("prepare", XAResource.XA_RDONLY);
        assertThat(ledger.prepare(first(branch()))).isEqualTo(Ballot.readOnly());
        assertThat(ledger.prepare(first(branch())).vote()).isEqualTo(Ballot.Vote.REFUSED);
    }

    @ParameterizedTest
    @CsvSource({
        "100, ROLLED_BACK",
        "6, ROLLED_BACK",
        "7, DONE",
        "5, UNKNOWN",
        "-7, UNKNOWN",
        "1000, UNKNOWN",
        "-4, UNKNOWN",
        "-3, UNKNOWN",
        "-6, UNKNOWN"
    })
    void onePhaseIsNeverGuessed(int code, Ending.Result result) throws Exception {
        XaParticipant ledger = participant(database);
        ledger.join(TX).close();
        database.script("commit", code);
        assertThat(ledger.commitOnePhase(first(branch())).result()).isEqualTo(result);
        assertThat(database.calls.stream().filter(call -> call.endsWith(" commit")))
                .hasSize(1);
    }

    @Test
    void aBranchThatCannotBeginLeavesNothing() throws Exception {
        XaParticipant ledger = participant(database);
        database.script("start", XAException.XAER_RMFAIL);
        assertThatThrownBy(() -> ledger.join(TX))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("XA error -7");
        assertThat(database.closed).isEqualTo(1);
        assertThat(ledger.prepare(first(branch())).vote()).isEqualTo(Ballot.Vote.REFUSED);
        ledger.join(TX).close();
        assertThat(ledger.prepare(first(branch()))).isEqualTo(Ballot.prepared());
    }

    /** The rollback overtakes the join that enlisted: nothing may be left behind it. */
    @Test
    void aRollbackDuringTheFirstJoinLeavesNothing() throws Exception {
        XaParticipant ledger = XaParticipant.of(database.dataSource(), ACCEPTING);
        ledger.verify();
        FakeHandle handle = new FakeHandle("ledger", "life0", ledger);
        handle.answer = () -> {
            try {
                assertThat(ledger.rollback(first(branch()))).isEqualTo(Ending.done());
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return CompletableFuture.completedFuture(branch());
        };
        ledger.attach(handle);

        assertThatThrownBy(() -> ledger.join(TX)).isInstanceOf(SQLException.class);
        assertThat(database.closed).isEqualTo(1);
    }

    @Test
    void aBranchThatCannotBeTakenUpAgainIsRefused() throws Exception {
        XaParticipant ledger = participant(database);
        ledger.join(TX).close();
        database.script("start", XAException.XAER_RMERR);
        assertThatThrownBy(() -> ledger.join(TX)).hasMessageContaining("Cannot take up");
        assertThat(ledger.prepare(first(branch())).vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ledger.rollback(first(branch()))).isEqualTo(Ending.done());
    }

    @Test
    void aStatementThatDoesNotLetGoIsCutOff() throws Exception {
        XaParticipant ledger =
                participant(database, ACCEPTING.workConnections(1).cancelTimeout(Duration.ofMillis(20)));
        Connection c = ledger.join(TX);
        CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(() -> {
            try {
                c.createStatement().execute("SELECT hang()");
                return new AssertionError("executed");
            } catch (SQLException e) {
                return e;
            }
        });
        assertThat(database.hanging.await(5, TimeUnit.SECONDS)).isTrue();

        assertThat(ledger.rollback(first(branch()))).isEqualTo(Ending.done());
        assertThat(failure.get()).hasMessageContaining("connection was cut");
        assertThat(database.calls).contains("1 abort");
        assertThat(database.closed).isEqualTo(1);
        assertThatThrownBy(c::close).isInstanceOf(SQLTransactionRollbackException.class);
        ledger.join(TestIds.transaction(2)).close();
    }

    @Test
    void beforeRegistrationNothingCanBeJoined() {
        assertThatThrownBy(() -> XaParticipant.of(database.dataSource()).join(TX))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("client.participant");
    }

    @Test
    void endingClosesEveryConnection() throws Exception {
        XaParticipant ledger = participant(database);
        Connection open = ledger.join(TX);
        ledger.join(TestIds.transaction(2)).close();
        assertThat(ledger.prepare(first(BranchId.of(TestIds.transaction(2), "ledger", "life0"))))
                .isEqualTo(Ballot.prepared());
        ledger.close();
        assertThat(database.closed).isEqualTo(database.opened).isGreaterThanOrEqualTo(2);
        assertThatThrownBy(open::createStatement).isInstanceOf(SQLException.class);
    }

    private static BranchId branch() {
        return BranchId.of(TX, "ledger", "life0");
    }

    private static XaParticipant participant(FakeDatabase database) throws SQLException {
        return participant(database, ACCEPTING);
    }

    private static XaParticipant participant(FakeDatabase database, XaOptions options) throws SQLException {
        XaParticipant participant = XaParticipant.of(database.dataSource(), options);
        participant.verify();
        XaParticipant attached = participant.attach(new FakeHandle("ledger", "life0", participant));
        database.calls.clear();
        return attached;
    }

    private void soundMariaDb() {
        database.product = "MariaDB";
        database.variables.putAll(Map.of(
                "version", "11.4.5-MariaDB",
                "started", "1790000000",
                "connection", "9",
                "innodb_flush_log_at_trx_commit", "1",
                "log_bin", "ON",
                "sync_binlog", "1",
                "read_only", "OFF"));
    }
}
