package io.unanimous.bench.databases;

import io.unanimous.bench.contender.BlockingContender;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Setting;
import io.unanimous.bench.contender.Verdict;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Moves money between two databases. What it does in each is the same for every contender: one update of an account
 * drawn at random, in the paying database first.
 */
public abstract class TransferContender extends BlockingContender {

    private static final int DATABASES = 2;
    private static final String UPDATE = "UPDATE account SET balance = balance + ? WHERE id = ?";

    private final PostgresPair databases;

    /** Starts the databases. */
    protected TransferContender(Setting setting) throws Exception {
        super(setting);
        if (setting.participants() != DATABASES) {
            throw new IllegalArgumentException(
                    "a transfer has " + DATABASES + " databases, not " + setting.participants());
        }
        setting.withoutSyncDelay("a database");
        databases = PostgresPair.start(setting.directory());
    }

    /** The databases that it works on. */
    protected final PostgresPair databases() {
        return databases;
    }

    /** The paying half of a transfer. */
    protected static void pay(Connection connection) throws SQLException {
        move(connection, -1);
    }

    /** The half that is paid. */
    protected static void bePaid(Connection connection) throws SQLException {
        move(connection, 1);
    }

    private static void move(Connection connection, long amount) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UPDATE)) {
            statement.setLong(1, amount);
            statement.setInt(2, ThreadLocalRandom.current().nextInt(PostgresPair.ACCOUNTS) + 1);
            int updated = statement.executeUpdate();
            if (updated != 1) {
                throw new SQLException("updated " + updated + " accounts, not one");
            }
        }
    }

    @Override
    public Verdict verify(Counts counts) throws Exception {
        long paid = -databases.gained(PostgresPair.PAYS);
        long received = databases.gained(PostgresPair.IS_PAID);
        return Verdict.builder()
                .equal("transfers without an outcome", 0, counts.failed())
                .equal("paid by the first database", counts.committed(), paid)
                .equal("received by the second database", counts.committed(), received)
                .equal("change of the total", 0, received - paid)
                .equal("left prepared in the first database", 0, databases.prepared(PostgresPair.PAYS))
                .equal("left prepared in the second database", 0, databases.prepared(PostgresPair.IS_PAID))
                .build();
    }

    /** Ends the threads and the databases; call it last when overriding. */
    @Override
    public void close() throws Exception {
        try {
            super.close();
        } finally {
            databases.close();
        }
    }
}
