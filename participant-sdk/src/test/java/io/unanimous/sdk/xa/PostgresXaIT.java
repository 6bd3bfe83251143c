package io.unanimous.sdk.xa;

import static io.unanimous.sdk.xa.TestIds.again;
import static io.unanimous.sdk.xa.TestIds.first;
import static io.unanimous.sdk.xa.TestIds.recovered;
import static io.unanimous.sdk.xa.TestServer.execute;
import static io.unanimous.sdk.xa.TestServer.queryLong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.UnsuitableResourceException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.XADataSource;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.Test;
import org.postgresql.xa.PGXADataSource;

/** The adapter on a real PostgreSQL: P12's rows that are pgjdbc's own. */
class PostgresXaIT extends XaContract {

    private final PostgresServer postgres = PostgresServer.shared();

    @Override
    TestServer server() {
        return PostgresServer.shared();
    }

    /** Hazard 45: pgjdbc answers XA_OK here, and nothing would be prepared. */
    @Test
    void aSwallowedErrorIsARefusal() throws Exception {
        XaParticipant ledger = participant("ledger");
        workWithSwallowedError(ledger, tx);

        Ballot ballot = ledger.prepare(first(branch(ledger, tx)));
        assertThat(ballot.vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ballot.reason()).contains("had failed before");
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        assertThat(balance(1)).isEqualTo(100);
    }

    @Test
    void aSwallowedErrorIsARollbackInOnePhase() throws Exception {
        XaParticipant ledger = participant("ledger");
        workWithSwallowedError(ledger, tx);

        Ending ending = ledger.commitOnePhase(first(branch(ledger, tx)));
        assertThat(ending.result()).isEqualTo(Ending.Result.ROLLED_BACK);
        assertThat(ending.detail()).contains("had failed before");
        assertThat(balance(1)).isEqualTo(100);
    }

    /** The driver keeps what the server said last: a branch that did work costs no question more. */
    @Test
    void soundnessIsAskedOfTheServerOnlyWhereItDidNotSaySo() throws Exception {
        XaConnectionPool pool = new XaConnectionPool(postgres.xaDataSource(), OPTIONS, System::nanoTime);
        PhysicalConnection c = pool.borrowForWork();
        BranchXid xid = new BranchXid(BranchId.of(tx, "raw", "a"));
        c.resource().start(xid, 0);
        AtomicInteger statements = new AtomicInteger();
        Connection counted = countingStatements(c.jdbc(), statements);
        PostgresDatabase database = new PostgresDatabase();

        execute(c.jdbc(), "UPDATE account SET balance = 1 WHERE id = 1");
        database.proveSound(counted);
        assertThat(statements).as("in a sound transaction").hasValue(0);
        assertThatThrownBy(() -> execute(c.jdbc(), "SELECT 1/0")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> database.proveSound(counted)).hasMessageContaining("aborted");
        execute(c.jdbc(), "ROLLBACK");
        assertThatThrownBy(() -> database.proveSound(counted)).hasMessageContaining("SAVEPOINT");
        assertThat(statements).as("in a failed one and in none").hasValue(2);
        pool.discard(c);
        pool.close();
    }

    private static Connection countingStatements(Connection connection, AtomicInteger statements) {
        return (Connection) Proxy.newProxyInstance(
                PostgresXaIT.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    if (method.getName().equals("createStatement")) {
                        statements.incrementAndGet();
                    }
                    return method.invoke(connection, args);
                });
    }

    /** What the driver's own words hide: without the proof both of the above would have been votes for nothing. */
    @Test
    void theDriverItselfVotesForATransactionThatFailed() throws Exception {
        XaConnectionPool pool = new XaConnectionPool(postgres.xaDataSource(), OPTIONS, System::nanoTime);
        PhysicalConnection c = pool.borrowForWork();
        BranchXid xid = new BranchXid(BranchId.of(tx, "raw", "a"));
        c.resource().start(xid, 0);
        assertThatThrownBy(() -> execute(c.jdbc(), "SELECT 1/0")).isInstanceOf(SQLException.class);
        c.resource().end(xid, XAResource.TMSUCCESS);

        assertThat(c.resource().prepare(xid)).isEqualTo(XAResource.XA_OK);
        assertThat(new XaScan(pool, OPTIONS.resourceTimeout()).run("raw")).isEmpty();
        pool.discard(c);
        pool.close();
    }

    @Test
    void aHiddenCommitIsARefusal() throws Exception {
        XaParticipant ledger = participant("ledger");
        try (Connection c = ledger.join(tx)) {
            execute(c, "SELECT 1; COMMIT");
        }
        Ballot ballot = ledger.prepare(first(branch(ledger, tx)));
        assertThat(ballot.vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
    }

    @Test
    void aDeferredConstraintRefusesAndRollsBack() throws Exception {
        try (Connection admin = postgres.admin()) {
            execute(admin, "DROP TABLE IF EXISTS entry");
            execute(
                    admin,
                    "CREATE TABLE entry (account INT UNIQUE DEFERRABLE INITIALLY DEFERRED,"
                            + " referenced INT REFERENCES account DEFERRABLE INITIALLY DEFERRED)");
        }
        XaParticipant ledger = participant("ledger");
        try (Connection c = ledger.join(tx)) {
            execute(c, "INSERT INTO entry VALUES (1, 99)");
        }
        Ballot ballot = ledger.prepare(first(branch(ledger, tx)));
        assertThat(ballot.vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ballot.reason()).contains("foreign key");
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());

        String second = newTransaction();
        try (Connection c = ledger.join(second)) {
            execute(c, "INSERT INTO entry VALUES (1, 1), (1, 1)");
        }
        Ending ending = ledger.commitOnePhase(first(branch(ledger, second)));
        assertThat(ending.result()).isEqualTo(Ending.Result.ROLLED_BACK);

        // The connection is as good as new.
        String third = newTransaction();
        add(ledger, third, 1, 7);
        commit(ledger, third);
        try (Connection admin = postgres.admin()) {
            assertThat(queryLong(admin, "SELECT count(*) FROM entry")).isZero();
            execute(admin, "DROP TABLE entry");
        }
    }

    /** pgjdbc on a read-only connection prepares and answers XA_RDONLY. */
    @Test
    void aReadOnlyConnectionsBranchCountsAsPrepared() throws Exception {
        XaParticipant ledger = participant("ledger", "life0", OPTIONS, postgres.readOnlyDataSource());
        try (Connection c = ledger.join(tx)) {
            assertThat(queryLong(c, "SELECT balance FROM account WHERE id = 1")).isEqualTo(100);
        }
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());
        assertThat(scanned(ledger)).containsExactly(branch(ledger, tx));
        assertThat(ledger.commit(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        assertThat(scanned(ledger)).isEmpty();
    }

    @Test
    void theServerKnowsTheBranchByItsNames() throws Exception {
        XaParticipant ledger = participant("ledger");
        add(ledger, tx, 1, 7);
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());

        Base64.Encoder base64 = Base64.getEncoder();
        try (Connection admin = postgres.admin();
                Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery("SELECT gid FROM pg_prepared_xacts")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1))
                    .isEqualTo(0x554E414E
                            + "_"
                            + base64.encodeToString(tx.getBytes(StandardCharsets.US_ASCII))
                            + "_"
                            + base64.encodeToString("ledger/life0".getBytes(StandardCharsets.US_ASCII)));
            assertThat(row.next()).isFalse();
        }
        assertThat(ledger.commit(first(branch(ledger, tx)))).isEqualTo(Ending.done());
    }

    @Test
    void whatSomebodyEndedByHandIsAHazard() throws Exception {
        XaParticipant ledger = participant("ledger");
        String second = newTransaction();
        for (String transaction : new String[] {tx, second}) {
            add(ledger, transaction, transaction.equals(tx) ? 1 : 2, 7);
            assertThat(ledger.prepare(first(branch(ledger, transaction)))).isEqualTo(Ballot.prepared());
        }
        try (Connection admin = postgres.admin();
                Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery("SELECT gid FROM pg_prepared_xacts")) {
            while (row.next()) {
                execute(admin, "COMMIT PREPARED '" + row.getString(1) + "'");
            }
        }
        assertThat(ledger.commit(first(branch(ledger, tx))).result()).isEqualTo(Ending.Result.HEURISTIC_HAZARD);
        assertThat(ledger.rollback(first(branch(ledger, second))).result()).isEqualTo(Ending.Result.HEURISTIC_HAZARD);
        // An earlier attempt that may have reached the server explains it.
        assertThat(ledger.commit(again(branch(ledger, tx), 2))).isEqualTo(Ending.done());
        ledger.forget(first(branch(ledger, second)));
    }

    /** Another role's scans do not show the branch, so that NOTA-and-absent would be a lie. */
    @Test
    void anotherRolesBranchIsNeverTakenForGone() throws Exception {
        try (Connection admin = postgres.admin()) {
            execute(admin, "DROP ROLE IF EXISTS stranger");
            execute(admin, "CREATE ROLE stranger LOGIN");
        }
        XaParticipant ledger = participant("ledger");
        XaParticipant stranger = participant("ledger", "life1", OPTIONS, postgres.xaDataSource("stranger"));
        add(ledger, tx, 1, 7);
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());
        BranchId branch = branch(ledger, tx);

        assertThat(scanned(stranger)).isEmpty();
        assertThat(stranger.commit(recovered(branch)).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(stranger.rollback(recovered(branch)).result()).isEqualTo(Ending.Result.RETRY);
        assertThat(stranger.fingerprint()).isNotEqualTo(ledger.fingerprint()).contains("stranger");
        assertThat(ledger.commit(first(branch))).isEqualTo(Ending.done());
        assertThat(balance(1)).isEqualTo(107);
    }

    @Test
    void theFingerprintDoesWithoutTheRightToSeeTheSystemIdentifier() throws Exception {
        try (Connection admin = postgres.admin()) {
            execute(admin, "DROP ROLE IF EXISTS modest");
            execute(admin, "CREATE ROLE modest LOGIN");
            execute(admin, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
        }
        try {
            assertThat(participant("ledger", "life0", OPTIONS, postgres.xaDataSource("modest"))
                            .fingerprint())
                    .isEqualTo("postgresql - postgres modest");
        } finally {
            try (Connection admin = postgres.admin()) {
                execute(admin, "GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC");
            }
        }
    }

    @Test
    void asynchronousCommitIsRefused() throws Exception {
        try (Connection admin = postgres.admin()) {
            execute(admin, "DROP ROLE IF EXISTS hasty");
            execute(admin, "CREATE ROLE hasty LOGIN");
            execute(admin, "ALTER ROLE hasty SET synchronous_commit = off");
        }
        assertThatThrownBy(() -> verify(postgres.xaDataSource("hasty")))
                .isInstanceOf(UnsuitableResourceException.class)
                .hasMessageContaining("synchronous_commit = on");
    }

    /** zonky's own settings are all that a resource must not have. */
    @Test
    void everyFaultOfAServerIsToldAtOnce() throws Exception {
        try (EmbeddedPostgres unset = EmbeddedPostgres.start()) {
            PGXADataSource dataSource = new PGXADataSource();
            dataSource.setUrl(unset.getJdbcUrl("postgres", "postgres"));
            dataSource.setUser("postgres");
            assertThatThrownBy(() -> verify(dataSource))
                    .isInstanceOf(UnsuitableResourceException.class)
                    .hasMessageContaining("max_prepared_transactions is 0")
                    .hasMessageContaining("set fsync = on")
                    .hasMessageContaining("set synchronous_commit = on");
        }
    }

    private static void verify(XADataSource dataSource) throws SQLException {
        XaParticipant participant = XaParticipant.of(dataSource, OPTIONS);
        try {
            participant.verify();
        } finally {
            participant.ended();
        }
    }

    private static void workWithSwallowedError(XaParticipant ledger, String transaction) throws SQLException {
        try (Connection c = ledger.join(transaction)) {
            execute(c, "UPDATE account SET balance = 1 WHERE id = 1");
            assertThatThrownBy(() -> execute(c, "INSERT INTO account VALUES (1, 0)"))
                    .isInstanceOf(SQLException.class);
        }
    }
}
