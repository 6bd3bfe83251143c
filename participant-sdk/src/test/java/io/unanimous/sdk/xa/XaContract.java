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
import io.unanimous.sdk.RequestRejectedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every database must do behind the adapter; run against a real one by each subclass. */
@Timeout(60)
abstract class XaContract {

    /** Ids are never used twice, over all tests of a server. */
    private static final AtomicInteger SEQUENCE = new AtomicInteger();

    /** Short waits, so that a test of a wait is short. */
    static final XaOptions OPTIONS = XaOptions.defaults()
            .workConnections(4)
            .borrowTimeout(Duration.ofMillis(300))
            .joinTimeout(Duration.ofMillis(300))
            .cancelTimeout(Duration.ofSeconds(5));

    final AtomicLong clock = new AtomicLong(1_000_000_000L);
    final TestServer server = server();
    final String tx = newTransaction();
    private final List<XaParticipant> participants = new ArrayList<>();
    private final List<FakeHandle> handles = new ArrayList<>();

    abstract TestServer server();

    @BeforeEach
    void twoAccounts() throws SQLException {
        rollBackLeftovers();
        try (Connection admin = server.admin()) {
            execute(admin, "DROP TABLE IF EXISTS account");
            execute(admin, "CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL)");
            execute(admin, "INSERT INTO account VALUES (1, 100), (2, 100)");
        }
    }

    @AfterEach
    void endParticipants() throws SQLException {
        participants.forEach(XaParticipant::ended);
        rollBackLeftovers();
    }

    @Test
    void workIsCommittedInTwoPhases() throws Exception {
        XaParticipant ledger = participant("ledger");
        add(ledger, tx, 1, 7);

        assertThat(balance(1)).isEqualTo(100);
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());
        assertThat(balance(1)).isEqualTo(100);
        assertThat(scanned(ledger)).containsExactly(branch(ledger, tx));
        assertThat(ledger.commit(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        assertThat(balance(1)).isEqualTo(107);
        assertThat(scanned(ledger)).isEmpty();
        assertThat(handles.get(0).enlisted).containsExactly(branch(ledger, tx));
    }

    @Test
    void workIsRolledBackBeforePrepareAndAfter() throws Exception {
        XaParticipant ledger = participant("ledger");
        add(ledger, tx, 1, 7);
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());

        String other = newTransaction();
        add(ledger, other, 1, 7);
        assertThat(ledger.prepare(first(branch(ledger, other)))).isEqualTo(Ballot.prepared());
        assertThat(ledger.rollback(first(branch(ledger, other)))).isEqualTo(Ending.done());

        assertThat(balance(1)).isEqualTo(100);
        assertThat(scanned(ledger)).isEmpty();
    }

    @Test
    void workIsCommittedInOnePhase() throws Exception {
        XaParticipant ledger = participant("ledger");
        add(ledger, tx, 1, 7);

        assertThat(ledger.commitOnePhase(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        assertThat(balance(1)).isEqualTo(107);
    }

    @Test
    void joiningAgainContinuesTheBranch() throws Exception {
        XaParticipant ledger = participant("ledger");
        long session;
        try (Connection c = ledger.join(tx)) {
            session = queryLong(c, server.sessionIdQuery());
            execute(c, "UPDATE account SET balance = balance + 7 WHERE id = 1");
        }
        try (Connection c = ledger.join(tx)) {
            assertThat(queryLong(c, server.sessionIdQuery())).isEqualTo(session);
            assertThat(queryLong(c, "SELECT balance FROM account WHERE id = 1")).isEqualTo(107);
            execute(c, "UPDATE account SET balance = balance - 7 WHERE id = 2");
        }

        commit(ledger, tx);
        assertThat(balance(1)).isEqualTo(107);
        assertThat(balance(2)).isEqualTo(93);
        assertThat(handles.get(0).enlisted).hasSize(1);
    }

    @Test
    void oneThreadMayNestItsJoins() throws Exception {
        XaParticipant ledger = participant("ledger");
        try (Connection outer = ledger.join(tx)) {
            execute(outer, "UPDATE account SET balance = 1 WHERE id = 1");
            try (Connection inner = ledger.join(tx)) {
                execute(inner, "UPDATE account SET balance = balance + 1 WHERE id = 1");
            }
            execute(outer, "UPDATE account SET balance = balance + 1 WHERE id = 1");
        }
        commit(ledger, tx);
        assertThat(balance(1)).isEqualTo(3);
    }

    @Test
    void anotherThreadWaitsForTheHandleAndForNoLongerThanItMay() throws Exception {
        XaParticipant ledger = participant("ledger");
        try (Connection c = ledger.join(tx)) {
            execute(c, "UPDATE account SET balance = 1 WHERE id = 1");
            CompletableFuture<Throwable> refused = CompletableFuture.supplyAsync(() -> {
                try {
                    ledger.join(tx).close();
                    return new AssertionError("joined");
                } catch (SQLException e) {
                    return e;
                }
            });
            assertThat(refused.get())
                    .isInstanceOf(SQLTimeoutException.class)
                    .hasMessageContaining("joinTimeout")
                    .hasMessageContaining(tx);
        }
        CompletableFuture.runAsync(() -> {
                    try {
                        add(ledger, tx, 1, 1);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .get();
        commit(ledger, tx);
        assertThat(balance(1)).isEqualTo(2);
    }

    @Test
    void aHandleStillOpenAtPrepareRefuses() throws Exception {
        XaParticipant ledger = participant("ledger");
        Connection c = ledger.join(tx);
        execute(c, "UPDATE account SET balance = 1 WHERE id = 1");

        Ballot ballot = ledger.prepare(first(branch(ledger, tx)));
        assertThat(ballot.vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ballot.reason()).contains("handle was still open");
        assertThatThrownBy(() -> execute(c, "SELECT 1")).isInstanceOf(SQLTransactionRollbackException.class);
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        assertThatThrownBy(c::close).isInstanceOf(SQLTransactionRollbackException.class);
        assertThat(balance(1)).isEqualTo(100);
    }

    @Test
    void aHandleStillOpenAtOnePhaseRollsBack() throws Exception {
        XaParticipant ledger = participant("ledger");
        Connection c = ledger.join(tx);
        execute(c, "UPDATE account SET balance = 1 WHERE id = 1");

        Ending ending = ledger.commitOnePhase(first(branch(ledger, tx)));
        assertThat(ending.result()).isEqualTo(Ending.Result.ROLLED_BACK);
        assertThat(ending.detail()).contains("handle was still open");
        assertThat(balance(1)).isEqualTo(100);
        assertThatThrownBy(c::close).isInstanceOf(SQLTransactionRollbackException.class);
    }

    @Test
    void aHandleControlsNoTransaction() throws Exception {
        XaParticipant ledger = participant("ledger");
        try (Connection c = ledger.join(tx)) {
            assertThat(c.getAutoCommit()).isFalse();
            c.setAutoCommit(false);
            c.setTransactionIsolation(c.getTransactionIsolation());
            c.setReadOnly(true);
            assertThatThrownBy(c::commit).isInstanceOf(SQLException.class).hasMessageContaining("commit()");
            assertThatThrownBy(c::rollback).isInstanceOf(SQLException.class).hasMessageContaining("rollback()");
            assertThatThrownBy(() -> c.setAutoCommit(true)).hasMessageContaining("setAutoCommit(true)");
            assertThatThrownBy(() -> c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE))
                    .hasMessageContaining("XaOptions.transactionIsolation");
            assertThatThrownBy(() -> execute(c, " commit")).hasMessageContaining("not begun or ended by SQL");
            assertThatThrownBy(() -> c.prepareStatement("ROLLBACK")).hasMessageContaining("not begun or ended by SQL");
            try (Statement s = c.createStatement()) {
                assertThat(s.getConnection()).isSameAs(c);
            }
            execute(c, "UPDATE account SET balance = 1 WHERE id = 1");
        }
        commit(ledger, tx);
        assertThat(balance(1)).isEqualTo(1);
    }

    @Test
    void aClosedHandleAndItsStatementsAreDead() throws Exception {
        XaParticipant ledger = participant("ledger");
        Connection c = ledger.join(tx);
        PreparedStatement update = c.prepareStatement("UPDATE account SET balance = balance + ? WHERE id = 1");
        update.setInt(1, 7);
        assertThat(update.executeUpdate()).isEqualTo(1);
        c.close();
        c.close();

        assertThat(c.isClosed()).isTrue();
        assertThatThrownBy(update::executeUpdate).isInstanceOf(SQLException.class);
        assertThatThrownBy(c::createStatement).hasMessageContaining("closed");
        commit(ledger, tx);
        assertThat(balance(1)).isEqualTo(107);
    }

    @Test
    void whatCannotBeEnlistedIsUndone() throws Exception {
        XaParticipant ledger = participant("ledger");
        FakeHandle handle = handles.get(0);
        handle.answer = () -> CompletableFuture.failedFuture(new RequestRejectedException(
                "FAILED_PRECONDITION", "TRANSACTION_NOT_ACTIVE", "too late", Duration.ZERO));
        Connection c = ledger.join(tx);
        execute(c, "UPDATE account SET balance = 1 WHERE id = 1");

        assertThatThrownBy(c::close)
                .isInstanceOf(SQLTransactionRollbackException.class)
                .hasMessageContaining("too late")
                .hasCauseInstanceOf(RequestRejectedException.class);
        assertThat(balance(1)).isEqualTo(100);
        assertThat(ledger.prepare(first(branch(ledger, tx))).vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
    }

    @Test
    void anEnlistmentWithoutAnswerIsUndoneInTime() throws Exception {
        XaParticipant ledger = participant("ledger", OPTIONS.enlistTimeout(Duration.ofMillis(50)));
        handles.get(0).answer = CompletableFuture::new;
        Connection c = ledger.join(tx);
        execute(c, "UPDATE account SET balance = 1 WHERE id = 1");

        assertThatThrownBy(c::close).isInstanceOf(SQLTransactionRollbackException.class);
        assertThat(balance(1)).isEqualTo(100);
    }

    @Test
    void closingWaitsUntilTheEnlistmentIsConfirmed() throws Exception {
        XaParticipant ledger = participant("ledger");
        CompletableFuture<BranchId> confirmation = new CompletableFuture<>();
        handles.get(0).answer = () -> confirmation;
        Connection c = ledger.join(tx);
        execute(c, "UPDATE account SET balance = 1 WHERE id = 1");

        Thread closer = new Thread(() -> {
            try {
                c.close();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        closer.start();
        await().until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        // A prepare that overtakes it finds the handle open.
        assertThat(closer.isAlive()).isTrue();
        confirmation.complete(branch(ledger, tx));
        closer.join();
        commit(ledger, tx);
        assertThat(balance(1)).isEqualTo(1);
    }

    @Test
    void anotherProcessRecoversWhatWasPrepared() throws Exception {
        XaParticipant ledger = participant("ledger", "life1");
        String second = newTransaction();
        add(ledger, tx, 1, 7);
        add(ledger, second, 2, 7);
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());
        assertThat(ledger.prepare(first(branch(ledger, second)))).isEqualTo(Ballot.prepared());
        BranchId toCommit = branch(ledger, tx);
        BranchId toRollBack = branch(ledger, second);
        ledger.ended();

        XaParticipant heir = participant("ledger", "life2");
        assertThat(scanned(heir)).containsExactlyInAnyOrder(toCommit, toRollBack);
        untilDone(() -> heir.commit(recovered(toCommit)));
        untilDone(() -> heir.rollback(recovered(toRollBack)));

        assertThat(scanned(heir)).isEmpty();
        assertThat(balance(1)).isEqualTo(107);
        assertThat(balance(2)).isEqualTo(100);
        // Told again, as after a lost acknowledgement.
        assertThat(heir.commit(again(toCommit, 2))).isEqualTo(Ending.done());
        assertThat(heir.rollback(recovered(toRollBack))).isEqualTo(Ending.done());
    }

    @Test
    void aBranchNeverSeenIsRolledBack() throws Exception {
        XaParticipant ledger = participant("ledger");
        assertThat(ledger.rollback(recovered(branch(ledger, tx)))).isEqualTo(Ending.done());
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
    }

    @Test
    void aBranchWithoutWorkHereIsRefused() throws Exception {
        XaParticipant ledger = participant("ledger");
        assertThat(ledger.prepare(first(branch(ledger, tx))).vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ledger.commitOnePhase(first(branch(ledger, tx))).result()).isEqualTo(Ending.Result.ROLLED_BACK);
        assertThat(ledger.commitOnePhase(again(branch(ledger, tx), 2)).result()).isEqualTo(Ending.Result.UNKNOWN);
    }

    @Test
    void aBranchThatVanishedBeforeItsFirstCommitIsAHazard() throws Exception {
        XaParticipant ledger = participant("ledger");
        assertThat(ledger.commit(first(branch(ledger, tx))).result()).isEqualTo(Ending.Result.HEURISTIC_HAZARD);
        assertThat(ledger.commit(recovered(branch(ledger, tx)))).isEqualTo(Ending.done());
    }

    @Test
    void resourcesOnOneServerDoNotSeeEachOthersBranches() throws Exception {
        XaParticipant ledger = participant("ledger");
        XaParticipant ledger2 = participant("ledger2");
        add(ledger, tx, 1, 7);
        add(ledger2, tx, 2, 7);
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());
        assertThat(ledger2.prepare(first(branch(ledger2, tx)))).isEqualTo(Ballot.prepared());

        assertThat(scanned(ledger)).containsExactly(branch(ledger, tx));
        assertThat(scanned(ledger2)).containsExactly(branch(ledger2, tx));
        assertThat(ledger.commit(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        assertThat(scanned(ledger2)).containsExactly(branch(ledger2, tx));
        assertThat(ledger2.commit(first(branch(ledger2, tx)))).isEqualTo(Ending.done());
    }

    @Test
    void aSessionKilledBeforePrepareIsARefusal() throws Exception {
        XaParticipant ledger = participant("ledger");
        long session;
        try (Connection c = ledger.join(tx)) {
            session = queryLong(c, server.sessionIdQuery());
            execute(c, "UPDATE account SET balance = 1 WHERE id = 1");
        }
        kill(session);

        assertThat(ledger.prepare(first(branch(ledger, tx))).vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        assertThat(scanned(ledger)).isEmpty();
        assertThat(balance(1)).isEqualTo(100);
        await().untilAsserted(() -> assertThat(handles.get(0).reconnects).hasPositiveValue());
    }

    @Test
    void aSessionKilledBeforeOnePhaseIsARollback() throws Exception {
        XaParticipant ledger = participant("ledger");
        long session;
        try (Connection c = ledger.join(tx)) {
            session = queryLong(c, server.sessionIdQuery());
            execute(c, "UPDATE account SET balance = 1 WHERE id = 1");
        }
        kill(session);

        // Which of the two depends on whether the driver can be asked for proof before the commit is tried.
        assertThat(ledger.commitOnePhase(first(branch(ledger, tx))).result())
                .isIn(Ending.Result.ROLLED_BACK, Ending.Result.UNKNOWN);
        assertThat(balance(1)).isEqualTo(100);
    }

    @Test
    void aSessionKilledDuringWorkFailsTheWorkAndTheVote() throws Exception {
        XaParticipant ledger = participant("ledger");
        Connection c = ledger.join(tx);
        execute(c, "UPDATE account SET balance = 1 WHERE id = 1");
        kill(queryLong(c, server.sessionIdQuery()));

        assertThatThrownBy(() -> execute(c, "UPDATE account SET balance = 2 WHERE id = 1"))
                .isInstanceOf(SQLException.class);
        try {
            c.close();
        } catch (SQLException expectedOfSomeDrivers) {
            assertThat(expectedOfSomeDrivers.getMessage()).contains(tx);
        }
        assertThat(ledger.prepare(first(branch(ledger, tx))).vote()).isEqualTo(Ballot.Vote.REFUSED);
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        assertThat(balance(1)).isEqualTo(100);
    }

    @Test
    void everySessionKilledAfterPrepareLosesNothing() throws Exception {
        XaParticipant ledger = participant("ledger");
        long session;
        try (Connection c = ledger.join(tx)) {
            session = queryLong(c, server.sessionIdQuery());
            execute(c, "UPDATE account SET balance = 1 WHERE id = 1");
        }
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());
        kill(session);

        untilDone(() -> ledger.commit(first(branch(ledger, tx))));
        assertThat(balance(1)).isEqualTo(1);
        assertThat(scanned(ledger)).isEmpty();
    }

    @Test
    void rollingBackCancelsAStatementThatWaits() throws Exception {
        XaParticipant ledger = participant("ledger");
        try (Connection admin = server.admin()) {
            admin.setAutoCommit(false);
            execute(admin, "UPDATE account SET balance = 1 WHERE id = 1");

            Connection c = ledger.join(tx);
            long session = queryLong(c, server.sessionIdQuery());
            CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(() -> {
                try {
                    execute(c, "UPDATE account SET balance = 2 WHERE id = 1");
                    return new AssertionError("updated");
                } catch (SQLException e) {
                    return e;
                }
            });
            await().until(() -> server.waitsForLock(session));

            assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
            assertThat(failure.get()).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> execute(c, "SELECT 1")).isInstanceOf(SQLTransactionRollbackException.class);
            admin.rollback();
        }
        assertThat(balance(1)).isEqualTo(100);
    }

    /** Hazard 49: branches that wait for locks hold all work connections, and what frees the locks must still run. */
    @Test
    void branchesThatWaitForLocksDoNotStarveTheCommitThatHoldsThem() throws Exception {
        XaParticipant ledger = participant(
                "ledger",
                OPTIONS.workConnections(pinsPrepared() ? 3 : 2)
                        .reservedConnections(1)
                        .borrowTimeout(Duration.ofSeconds(20)));
        add(ledger, tx, 1, 7);
        assertThat(ledger.prepare(first(branch(ledger, tx)))).isEqualTo(Ballot.prepared());

        List<String> waiting = List.of(newTransaction(), newTransaction());
        List<AtomicLong> sessions = List.of(new AtomicLong(), new AtomicLong());
        List<CompletableFuture<Void>> works = new ArrayList<>();
        for (int i = 0; i < waiting.size(); i++) {
            int n = i;
            works.add(CompletableFuture.runAsync(() -> {
                try (Connection c = ledger.join(waiting.get(n))) {
                    sessions.get(n).set(queryLong(c, server.sessionIdQuery()));
                    execute(c, "UPDATE account SET balance = balance + 1 WHERE id = 1");
                    // The other one waits for this one's lock in turn, so let it go on by itself.
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
                try {
                    commit(ledger, waiting.get(n));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        for (AtomicLong session : sessions) {
            await().until(() -> session.get() != 0 && server.waitsForLock(session.get()));
        }

        assertThat(ledger.commit(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        for (CompletableFuture<Void> work : works) {
            work.get();
        }
        assertThat(balance(1)).isEqualTo(109);
    }

    @Test
    void aFullPoolSaysSo() throws Exception {
        XaParticipant ledger = participant("ledger", OPTIONS.workConnections(1));
        add(ledger, tx, 1, 7);
        String second = newTransaction();

        assertThatThrownBy(() -> ledger.join(second))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("borrowTimeout PT0.3S")
                .hasMessageContaining("workConnections");
        assertThat(handles.get(0).enlisted).doesNotContain(branch(ledger, second));
        assertThat(scanned(ledger)).isEmpty();
        commit(ledger, tx);
        add(ledger, second, 1, 7);
        commit(ledger, second);
        assertThat(balance(1)).isEqualTo(114);
    }

    @Test
    void connectionsAreUsedAgain() throws Exception {
        XaParticipant ledger = participant("ledger", OPTIONS.workConnections(1));
        long firstSession = 0;
        for (int i = 0; i < 5; i++) {
            String next = newTransaction();
            try (Connection c = ledger.join(next)) {
                long session = queryLong(c, server.sessionIdQuery());
                assertThat(firstSession).isIn(0L, session);
                firstSession = session;
                execute(c, "UPDATE account SET balance = balance + 1 WHERE id = 1");
            }
            if (i % 2 == 0) {
                commit(ledger, next);
            } else {
                assertThat(ledger.rollback(first(branch(ledger, next)))).isEqualTo(Ending.done());
            }
        }
        assertThat(balance(1)).isEqualTo(103);
    }

    @Test
    void idleConnectionsThatDiedAreReplaced() throws Exception {
        XaParticipant ledger = participant("ledger");
        long session;
        try (Connection c = ledger.join(tx)) {
            session = queryLong(c, server.sessionIdQuery());
        }
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
        kill(session);
        clock.addAndGet(OPTIONS.validateAfterIdle().toNanos() + 1);

        String next = newTransaction();
        add(ledger, next, 1, 7);
        commit(ledger, next);
        assertThat(balance(1)).isEqualTo(107);
        assertThat(handles.get(0).reconnects).hasPositiveValue();
    }

    @Test
    void theFingerprintIsTheSameForAllInstances() throws Exception {
        String fingerprint = participant("ledger").fingerprint();
        assertThat(fingerprint).isNotEmpty().hasSizeLessThanOrEqualTo(256);
        assertThat(participant("ledger").fingerprint()).isEqualTo(fingerprint);
        assertThat(participant("ledger", OPTIONS.fingerprint("mine")).fingerprint())
                .isEqualTo("mine");
    }

    @Test
    void theIsolationOfTheOptionsHolds() throws Exception {
        XaParticipant ledger = participant("ledger", OPTIONS.transactionIsolation(Connection.TRANSACTION_SERIALIZABLE));
        try (Connection c = ledger.join(tx)) {
            assertThat(c.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
        }
        assertThat(ledger.rollback(first(branch(ledger, tx)))).isEqualTo(Ending.done());
    }

    /** Two resources, four initiators, and an administrator who kills sessions at every stage of the work. */
    @Test
    void moneyIsConstantWhileSessionsAreKilled() throws Exception {
        int threads = 4;
        int transfers = 60;
        try (Connection admin = server.admin()) {
            execute(admin, "INSERT INTO account VALUES (3, 100), (4, 100), (5, 100), (6, 100), (7, 100), (8, 100)");
        }
        XaOptions options = OPTIONS.borrowTimeout(Duration.ofSeconds(20));
        List<XaParticipant> banks = List.of(participant("ledger", options), participant("vault", options));
        Queue<Long> sessions = new ConcurrentLinkedQueue<>();
        AtomicInteger moved = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        List<CompletableFuture<Void>> initiators = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        for (int t = 0; t < threads; t++) {
            Random random = new Random(t);
            initiators.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < transfers; i++) {
                            int from = 1 + random.nextInt(4);
                            int to = 5 + random.nextInt(4);
                            String transaction = newTransaction();
                            (transfer(banks, transaction, from, to, sessions) ? moved : failed).incrementAndGet();
                        }
                    },
                    executor));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(initiators.toArray(CompletableFuture[]::new));
        int seen = 0;
        int killed = 0;
        while (!all.isDone() && !Thread.currentThread().isInterrupted()) {
            Long victim = sessions.poll();
            if (victim != null && ++seen % 5 == 0 && !server.dead(victim)) {
                server.kill(victim);
                killed++;
            }
        }
        all.get();
        assertThat(killed).isPositive();
        executor.shutdown();

        assertThat(moved.get() + failed.get()).isEqualTo(threads * transfers);
        assertThat(moved).hasPositiveValue();

        try (Connection admin = server.admin()) {
            assertThat(queryLong(admin, "SELECT SUM(balance) FROM account")).isEqualTo(800);
            assertThat(queryLong(admin, "SELECT SUM(balance) FROM account WHERE id > 4"))
                    .isEqualTo(400 + moved.get());
        }
        for (XaParticipant bank : banks) {
            // MariaDB may list a branch for a moment longer than it takes to say that it has committed it (measured).
            await().until(() -> scanned(bank).isEmpty());
        }
        // Every connection came back: as many branches as there are work connections can begin.
        for (int i = 0; i < 4; i++) {
            banks.get(0).join(newTransaction());
        }
    }

    /** A transfer as initiator and coordinator see it; true if it committed. */
    private boolean transfer(List<XaParticipant> banks, String transaction, int from, int to, Queue<Long> sessions) {
        boolean commits = true;
        try {
            work(banks.get(0), transaction, "balance - 1 WHERE id = " + from, sessions);
            work(banks.get(1), transaction, "balance + 1 WHERE id = " + to, sessions);
        } catch (SQLException e) {
            commits = false;
        }
        for (XaParticipant bank : banks) {
            commits = commits && bank.prepare(first(branch(bank, transaction))).equals(Ballot.prepared());
        }
        boolean decision = commits;
        for (XaParticipant bank : banks) {
            AtomicInteger attempt = new AtomicInteger();
            BranchId id = branch(bank, transaction);
            untilDone(() -> {
                BranchContext context = attempt.incrementAndGet() == 1 ? first(id) : again(id, attempt.get());
                try {
                    return decision ? bank.commit(context) : bank.rollback(context);
                } catch (SQLException e) {
                    return Ending.retry(e.getMessage());
                }
            });
        }
        return decision;
    }

    private void work(XaParticipant bank, String transaction, String update, Queue<Long> sessions) throws SQLException {
        try (Connection c = bank.join(transaction)) {
            sessions.add(queryLong(c, server.sessionIdQuery()));
            execute(c, "UPDATE account SET balance = " + update);
        }
    }

    boolean pinsPrepared() {
        return false;
    }

    String newTransaction() {
        return TestIds.transaction(SEQUENCE.incrementAndGet());
    }

    XaParticipant participant(String resource) throws Exception {
        return participant(resource, OPTIONS);
    }

    XaParticipant participant(String resource, String suffix) throws Exception {
        return participant(resource, suffix, OPTIONS, server.xaDataSource());
    }

    XaParticipant participant(String resource, XaOptions options) throws Exception {
        return participant(resource, "life0", options, server.xaDataSource());
    }

    XaParticipant participant(String resource, String suffix, XaOptions options, XADataSource dataSource)
            throws Exception {
        XaParticipant participant = XaParticipant.of(dataSource, options, clock::get);
        participants.add(participant);
        participant.verify();
        FakeHandle handle = new FakeHandle(resource, suffix, participant);
        handles.add(handle);
        return participant.attach(handle);
    }

    BranchId branch(XaParticipant participant, String transaction) {
        return handles.get(participants.indexOf(participant)).branchOf(transaction);
    }

    static void add(XaParticipant ledger, String transaction, int account, int amount) throws SQLException {
        try (Connection c = ledger.join(transaction)) {
            execute(c, "UPDATE account SET balance = balance + " + amount + " WHERE id = " + account);
        }
    }

    void commit(XaParticipant ledger, String transaction) throws Exception {
        assertThat(ledger.prepare(first(branch(ledger, transaction)))).isEqualTo(Ballot.prepared());
        assertThat(ledger.commit(first(branch(ledger, transaction)))).isEqualTo(Ending.done());
    }

    static List<BranchId> scanned(XaParticipant ledger) throws SQLException {
        List<BranchId> found = new ArrayList<>();
        ledger.scan(found::add);
        return found;
    }

    /** Repeats what the coordinator would repeat. */
    static void untilDone(Callable<Ending> command) {
        await().pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(command, ending -> {
                    assertThat(ending.result()).isIn(Ending.Result.DONE, Ending.Result.RETRY);
                    return ending.equals(Ending.done());
                });
    }

    long balance(int account) throws SQLException {
        try (Connection admin = server.admin()) {
            return queryLong(admin, "SELECT balance FROM account WHERE id = " + account);
        }
    }

    void kill(long session) throws SQLException {
        server.kill(session);
        await().until(() -> server.dead(session));
    }

    private void rollBackLeftovers() throws SQLException {
        XaConnectionPool pool = new XaConnectionPool(server.xaDataSource(), OPTIONS, System::nanoTime);
        try {
            PhysicalConnection c = pool.borrowForEnding(true);
            for (var xid : c.resource().recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN)) {
                await().until(() -> {
                    try {
                        c.resource().rollback(xid);
                        return true;
                    } catch (XAException sessionStillDying) {
                        return false;
                    }
                });
            }
            pool.giveBack(c);
        } catch (XAException e) {
            throw new SQLException(e);
        } finally {
            pool.close();
        }
    }
}
