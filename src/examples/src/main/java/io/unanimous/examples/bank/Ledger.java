package io.unanimous.examples.bank;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;

/**
 * The ledger's tables and statements: plain JDBC, which knows nothing of transactions that span services.
 *
 * <p>Besides the balances there is a journal with the number of each transfer. Its primary key refuses a transfer that
 * is made twice, and it lets the books be checked afterwards.
 */
public final class Ledger {

    /** What every account begins with, in cents. */
    public static final long OPENING_BALANCE = 1_000_00;

    private Ledger() {}

    /** Creates the tables, with this many accounts of {@link #OPENING_BALANCE} each. */
    public static void create(Connection connection, int accounts) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0))");
            statement.execute(
                    "CREATE TABLE journal (transfer bigint PRIMARY KEY, account int NOT NULL REFERENCES account,"
                            + " amount bigint NOT NULL)");
            statement.execute("INSERT INTO account SELECT id, " + OPENING_BALANCE + " FROM generate_series(0, "
                    + (accounts - 1) + ") AS id");
        }
    }

    /**
     * Books one leg of a transfer.
     *
     * @param amount added to the account's balance; negative takes away
     * @return false, with nothing changed, if the account holds too little
     */
    public static boolean book(Connection connection, long transfer, int account, long amount) throws SQLException {
        // The condition is part of the update: an error, such as the violated CHECK, would spoil the SQL transaction.
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE account SET balance = balance + ? WHERE id = ? AND balance + ? >= 0")) {
            update.setLong(1, amount);
            update.setInt(2, account);
            update.setLong(3, amount);
            if (update.executeUpdate() == 0) {
                return false;
            }
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO journal VALUES (?, ?, ?)")) {
            insert.setLong(1, transfer);
            insert.setInt(2, account);
            insert.setLong(3, amount);
            insert.executeUpdate();
        }
        return true;
    }

    /** The money in all accounts, in cents. */
    public static long total(Connection connection) throws SQLException {
        return number(connection, "SELECT coalesce(sum(balance), 0) FROM account");
    }

    /** How many accounts hold something else than their opening balance and what the journal says of them. */
    public static long accountsThatDisagree(Connection connection) throws SQLException {
        return number(
                connection,
                "SELECT count(*) FROM account WHERE balance <> " + OPENING_BALANCE
                        + " + (SELECT coalesce(sum(amount), 0) FROM journal WHERE account = account.id)");
    }

    /** The numbers of the transfers that were booked. */
    public static Set<Long> transfers(Connection connection) throws SQLException {
        Set<Long> transfers = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT transfer FROM journal")) {
            while (rows.next()) {
                transfers.add(rows.getLong(1));
            }
        }
        return transfers;
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
