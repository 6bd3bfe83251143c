package io.unanimous.sdk.xa;

import static io.unanimous.sdk.xa.TestIds.again;
import static io.unanimous.sdk.xa.TestIds.first;
import static io.unanimous.sdk.xa.TestIds.recovered;
import static io.unanimous.sdk.xa.TestServer.execute;
import static io.unanimous.sdk.xa.TestServer.queryLong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.UnsuitableResourceException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The adapter on a real MariaDB: P12's rows that are its own. */
class MariaDbXaIT extends XaContract {

    /** A few in a hundred of these ended wrongly when others were sent at once. */
    private static final int KILLED_WHILE_PREPARED = 400;

    /** Of as many that were taken over without knowing the session, some were lost in every run. */
    private static final int TAKEN_OVER = 1_000;

    @Override
    MariaDbServer server() {
        return MariaDbServer.shared();
    }

    @Override
    boolean pinsPrepared() {
        return true;
    }

    /** Hazard 44: the branch is prepared, and every session but the one that prepared it is told NOTA. */
    @Test
    void notFoundIsBusyWhileThePreparingSessionLives() throws Exception {
        XaParticipant ledger = participant("ledger", "life1");
        XaParticipant heir = participant("ledger", "life2");
        add(ledger, tx, 1, 7);
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());
        BranchId branch = branch(ledger, tx);

        Ending busy = heir.commit(recovered(branch));
        assertThat(busy.result()).isEqualTo(Ending.Result.RETRY);
        assertThat(busy.detail()).contains("has not ended session");
        assertThat(heir.rollback(recovered(branch)).result()).isEqualTo(Ending.Result.RETRY);

        ledger.ended();
        untilDone(() -> heir.commit(again(branch, 2)));
        assertThat(balance(1)).isEqualTo(107);
    }

    @Test
    void aSessionThatWaitsTooLongForTheOutcomeIsClosed() throws Exception {
        XaParticipant ledger = participant("ledger", "life1");
        XaParticipant heir = participant("ledger", "life2");
        add(ledger, tx, 1, 7);
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());
        BranchId branch = branch(ledger, tx);

        clock.addAndGet(OPTIONS.preparedPinTimeout().toNanos());
        assertThat(scanned(ledger)).containsExactly(branch);
        assertThat(heir.commit(recovered(branch)).result()).isEqualTo(Ending.Result.RETRY);
        clock.addAndGet(1);
        assertThat(scanned(ledger)).containsExactly(branch);
        untilDone(() -> heir.commit(recovered(branch)));
        assertThat(ledger.commit(again(branch, 2))).isEqualTo(Ending.done());
        assertThat(balance(1)).isEqualTo(107);
    }

    @Test
    void aPoolFullOfPreparedBranchesMakesRoom() throws Exception {
        XaParticipant ledger = participant("ledger", OPTIONS.workConnections(1));
        add(ledger, tx, 1, 7);
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());

        clock.addAndGet(OPTIONS.preparedPinTimeout().toNanos() + 1);
        String second = newTransaction();
        add(ledger, second, 2, 7);
        untilDone(() -> ledger.commit(again(branch(ledger, tx), 2)));
        commit(ledger, second);
        assertThat(balance(1)).isEqualTo(107);
        assertThat(balance(2)).isEqualTo(107);
    }

    /** Nor does InnoDB keep a prepared branch that XA RECOVER does not list, with its locks, until the server restarts. */
    @Override
    @Test
    void moneyIsConstantWhileSessionsAreKilled() throws Exception {
        super.moneyIsConstantWhileSessionsAreKilled();
        assertThat(transactionsWithoutSession()).isZero();
    }

    /** Not even who sees the session only in the list of sessions may ask before it has been missing there for a while. */
    @Test
    void whoMayNotSeeInnoDbWaitsForTheBound() throws Exception {
        XaParticipant ledger = participant("ledger", "life1", OPTIONS, server().narrowDataSource());
        XaParticipant heir = participant("ledger", "life2", OPTIONS, server().narrowDataSource());
        long session;
        try (Connection c = ledger.join(tx)) {
            session = queryLong(c, server.sessionIdQuery());
            execute(c, "UPDATE account SET balance = balance + 7 WHERE id = 1");
        }
        BranchId branch = branch(ledger, tx);
        assertThat(ledger.prepare(first(branch))).isEqualTo(Ballot.prepared());
        assertThat(heir.commit(recovered(branch)).detail()).contains("session " + session);
        kill(session);

        assertThat(heir.commit(recovered(branch)).result()).isEqualTo(Ending.Result.RETRY);
        clock.addAndGet(XaTakeover.LETS_GO_WITHIN.toNanos());
        assertThat(heir.commit(recovered(branch)).result()).isEqualTo(Ending.Result.RETRY);
        clock.addAndGet(1);
        assertThat(heir.commit(recovered(branch))).isEqualTo(Ending.done());
        assertThat(balance(1)).isEqualTo(107);
    }

    /** Who is not the same user would not see the sessions of the other, and not wait for their end. */
    @Test
    void theFingerprintTellsTheUser() throws Exception {
        assertThat(participant("ledger", "life1", OPTIONS, server().narrowDataSource())
                        .fingerprint())
                .endsWith(" narrow")
                .isNotEqualTo(participant("ledger").fingerprint());
    }

    /** As soon as the session that prepared a branch is being ended, it is asked for by others: what they do has to last. */
    @Test
    void whatIsAnsweredWhileThePreparingSessionEndsIsDone() throws Exception {
        XaParticipant ledger = participant("ledger");
        long sum = 100;
        for (int i = 0; i < KILLED_WHILE_PREPARED; i++) {
            String next = newTransaction();
            long session;
            try (Connection c = ledger.join(next)) {
                session = queryLong(c, server.sessionIdQuery());
                execute(c, "UPDATE account SET balance = balance + 1 WHERE id = 1");
            }
            BranchId branch = branch(ledger, next);
            assertThat(ledger.prepare(first(branch))).isEqualTo(Ballot.prepared());
            server.kill(session);
            boolean commits = i % 2 == 0;
            AtomicInteger attempt = new AtomicInteger();
            untilDone(() -> {
                BranchContext context = attempt.incrementAndGet() == 1 ? first(branch) : again(branch, attempt.get());
                return commits ? ledger.commit(context) : ledger.rollback(context);
            });
            sum += commits ? 1 : 0;
            assertThat(balance(1)).as("balance after branch %s", i).isEqualTo(sum);
        }
        assertThat(transactionsWithoutSession()).isZero();
    }

    /**
     * Hazard 44, where the one who asks did not prepare the branch: a second process takes it over at the moment at which
     * the first one's session is killed, or closed with its process. What it is answered has to last.
     */
    @Test
    void whatAnotherProcessIsAnsweredWhileThePreparingSessionEndsIsDone() throws Exception {
        XaParticipant heir = participant("ledger", "life2");
        long sum = 100;
        for (int i = 0; i < TAKEN_OVER; i++) {
            XaParticipant ledger = participant("ledger", "life1");
            String next = newTransaction();
            long session;
            try (Connection c = ledger.join(next)) {
                session = queryLong(c, server.sessionIdQuery());
                execute(c, "UPDATE account SET balance = balance + 1 WHERE id = 1");
            }
            BranchId branch = branch(ledger, next);
            assertThat(ledger.prepare(first(branch))).isEqualTo(Ballot.prepared());
            boolean commits = i % 2 == 0;
            CompletableFuture<Void> takenOver = CompletableFuture.runAsync(() ->
                    withoutPause(() -> commits ? heir.commit(recovered(branch)) : heir.rollback(recovered(branch))));
            if (i % 4 < 2) {
                server.kill(session);
            } else {
                ledger.ended();
            }
            takenOver.get();
            sum += commits ? 1 : 0;
            assertThat(balance(1)).as("balance after branch %s", i).isEqualTo(sum);
            ledger.ended();
        }
        assertThat(transactionsWithoutSession()).isZero();
    }

    /** Asks again at once, so that some attempt meets whatever moment there is. */
    private static void withoutPause(Callable<Ending> command) {
        await().pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofNanos(1))
                .until(command, Ending.done()::equals);
    }

    private long transactionsWithoutSession() throws SQLException {
        try (Connection admin = server.admin()) {
            return queryLong(admin, "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = 0");
        }
    }

    /** A deadlock undoes the whole branch; the application that swallows it is found out. */
    @Test
    void aSwallowedDeadlockIsARefusal() throws Exception {
        XaParticipant ledger = participant("ledger");
        String second = newTransaction();
        Connection victim = ledger.join(tx);
        Connection winner = ledger.join(second);
        execute(winner, "UPDATE account SET balance = balance + 1");
        execute(winner, "UPDATE account SET balance = balance - 1");
        winner.close();
        commit(ledger, second);

        String third = newTransaction();
        Connection other = ledger.join(third);
        // The heavier transaction wins.
        execute(other, "INSERT INTO account VALUES (10, 0), (11, 0), (12, 0), (13, 0)");
        execute(other, "UPDATE account SET balance = 1 WHERE id = 2");
        execute(victim, "UPDATE account SET balance = 1 WHERE id = 1");
        long session = queryLong(other, server.sessionIdQuery());
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
            try {
                execute(other, "UPDATE account SET balance = 2 WHERE id = 1");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> server.waitsForLock(session));
        assertThatThrownBy(() -> execute(victim, "UPDATE account SET balance = 2 WHERE id = 2"))
                .isInstanceOf(SQLTransactionRollbackException.class);
        waiting.get();

        assertThatThrownBy(victim::close)
                .isInstanceOf(SQLTransactionRollbackException.class)
                .hasMessageContaining("deadlock");
        Ballot ballot = ledger.prepare(first(branch(ledger, tx)));
        assertThat(ballot.vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ballot.reason()).contains("deadlock");
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        other.close();
        commit(ledger, third);
        assertThat(balance(1)).isEqualTo(2);
        assertThat(balance(2)).isEqualTo(1);
    }

    /** The driver does not say whether a branch was read-only, so its loss cannot be told from a real one. */
    @Test
    void aReadOnlyBranchWhoseSessionDiedCountsAsRolledBack() throws Exception {
        XaParticipant ledger = participant("ledger");
        long session;
        try (Connection c = ledger.join(tx)) {
            session = queryLong(c, server.sessionIdQuery());
            queryLong(c, "SELECT balance FROM account WHERE id = 1");
        }
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());
        kill(session);

        BranchId branch = branch(ledger, tx);
        assertThat(ledger.commit(first(branch)).result()).isEqualTo(Ending.Result.RETRY);
        Ending ending = ledger.commit(again(branch, 2));
        assertThat(ending.result()).isEqualTo(Ending.Result.HEURISTIC_ROLLED_BACK);
        assertThat(ending.detail()).contains("XA error 100");
    }

    @Test
    void implicitCommitsAreRefusedByTheServer() throws Exception {
        XaParticipant ledger = participant("ledger");
        try (Connection c = ledger.join(tx)) {
            execute(c, "UPDATE account SET balance = 1 WHERE id = 1");
            assertThatThrownBy(() -> execute(c, "CREATE TABLE side_effect (id INT)"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("XAER_RMFAIL");
        }
        commit(ledger, tx);
        assertThat(balance(1)).isEqualTo(1);
    }

    @Test
    void theServerKnowsTheBranchByItsNames() throws Exception {
        XaParticipant ledger = participant("ledger");
        String name;
        try (Connection c = ledger.join(tx)) {
            name = new MariaDbDatabase().session(c);
            assertThat(MariaDbSession.named(name).connectionId()).isEqualTo(queryLong(c, server.sessionIdQuery()));
            execute(c, "UPDATE account SET balance = balance + 7 WHERE id = 1");
        }
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());

        try (Connection admin = server.admin();
                Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery("XA RECOVER")) {
            String bqual = "ledger/life0~" + name;
            assertThat(row.next()).isTrue();
            assertThat(row.getInt(1)).isEqualTo(0x554E414E);
            assertThat(row.getInt(2)).isEqualTo(60);
            assertThat(row.getInt(3)).isEqualTo(bqual.length());
            assertThat(row.getBytes(4)).isEqualTo((tx + bqual).getBytes(StandardCharsets.US_ASCII));
            assertThat(row.next()).isFalse();
        }
        assertThat(ledger.commit(first(branch(ledger, tx)))).isEqualTo(Ending.done());
    }

    @Test
    void aServerThatDoesNotSyncIsRefused() throws Exception {
        try (Connection admin = server.admin()) {
            execute(admin, "SET GLOBAL innodb_flush_log_at_trx_commit = 2");
            try {
                XaParticipant participant = XaParticipant.of(server.xaDataSource(), OPTIONS);
                assertThatThrownBy(participant::verify)
                        .isInstanceOf(UnsuitableResourceException.class)
                        .hasMessageContaining("innodb_flush_log_at_trx_commit")
                        .hasMessageContaining("set it to 1");
                participant.ended();
            } finally {
                execute(admin, "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
            }
        }
    }
}
