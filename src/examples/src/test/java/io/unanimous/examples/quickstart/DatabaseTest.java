package io.unanimous.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.examples.bank.Ledger;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.xa.PGXADataSource;

/** The ledger's statements and the run's view of PostgreSQL, on a real server. */
final class DatabaseTest {

    private static final String ID = "3f3g5w28v2ay4apnct1p65yf8g-00-0000000001-000000-0000000001-0";

    private static RunDirectory run;
    private static Database database;

    @BeforeAll
    static void start() throws Exception {
        run = RunDirectory.create();
        database = Database.start("ledger-a", run);
        try (Connection connection = database.connect()) {
            Ledger.create(connection, 10);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        database.close();
        run.delete();
    }

    @Test
    void moneyThatIsNotThereIsRefusedAndLeavesNoTrace() throws SQLException {
        try (Connection connection = database.connect()) {
            long total = Ledger.total(connection);
            assertThat(Ledger.book(connection, 1, 0, -Ledger.OPENING_BALANCE - 1))
                    .isFalse();
            assertThat(Ledger.transfers(connection)).doesNotContain(1L);
            assertThat(Ledger.total(connection)).isEqualTo(total);
        }
    }

    @Test
    void aBookedLegChangesBalanceAndJournalAlike() throws SQLException {
        try (Connection connection = database.connect()) {
            long total = Ledger.total(connection);
            assertThat(Ledger.book(connection, 2, 1, -Ledger.OPENING_BALANCE)).isTrue();
            assertThat(Ledger.book(connection, 3, 2, 5)).isTrue();
            assertThat(Ledger.total(connection)).isEqualTo(total - Ledger.OPENING_BALANCE + 5);
            assertThat(Ledger.transfers(connection)).contains(2L, 3L);
            assertThat(Ledger.accountsThatDisagree(connection)).isZero();
        }
    }

    @Test
    void aTransferIsNotBookedTwice() throws SQLException {
        try (Connection connection = database.connect()) {
            assertThat(Ledger.book(connection, 4, 3, 1)).isTrue();
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> Ledger.book(connection, 4, 3, 1)).isInstanceOf(SQLException.class);
            connection.rollback();
            assertThat(Ledger.accountsThatDisagree(connection)).isZero();
        }
    }

    @Test
    void moneyThatTheJournalDoesNotKnowIsFound() throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("UPDATE account SET balance = balance + 1 WHERE id = 9");
            assertThat(Ledger.accountsThatDisagree(connection)).isEqualTo(1);
            connection.rollback();
        }
    }

    @Test
    void theServerIsSetUpToKeepWhatItPromises() throws SQLException {
        for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
            assertThat(show(setting)).as(setting).isEqualTo("on");
        }
        assertThat(show("max_prepared_transactions")).isEqualTo("64");
    }

    @Test
    void aPreparedBranchIsShownByTheNamesOfItsTransactionAndBranch() throws Exception {
        PGXADataSource dataSource = new PGXADataSource();
        dataSource.setUrl(database.url());
        XAConnection connection = dataSource.getXAConnection();
        Xid xid = new NamedXid(ID, "ledger-a/abc12345");
        XAResource resource = connection.getXAResource();
        resource.start(xid, XAResource.TMNOFLAGS);
        try (Statement statement = connection.getConnection().createStatement()) {
            statement.execute("UPDATE account SET balance = balance WHERE id = 0");
        }
        resource.end(xid, XAResource.TMSUCCESS);
        resource.prepare(xid);
        assertThat(database.preparedBranches()).singleElement().satisfies(branch -> {
            assertThat(branch.transactionId()).isEqualTo(ID);
            assertThat(branch.branch()).isEqualTo("ledger-a/abc12345");
        });
        resource.rollback(xid);
        assertThat(database.preparedBranches()).isEmpty();
        connection.close();
    }

    private static String show(String setting) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW " + setting)) {
            row.next();
            return row.getString(1);
        }
    }

    private record NamedXid(String transactionId, String branch) implements Xid {
        @Override
        public int getFormatId() {
            return 0x554E414E;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return transactionId.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public byte[] getBranchQualifier() {
            return branch.getBytes(StandardCharsets.US_ASCII);
        }
    }
}
