package io.unanimous.it;

import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.CrashPoint;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sdk.xa.XaOptions;
import io.unanimous.sdk.xa.XaParticipant;
import io.unanimous.sim.check.HistoryFile;
import io.unanimous.sim.check.Observation.Enlisted;
import io.unanimous.sim.check.Observation.OnlyRead;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A branch of the bank, in a process of its own that can be killed anywhere; it writes down what it sees.
 *
 * <p>Arguments: resource, JDBC URL, the coordinator's address, evidence file, history file, a directory for notes, and
 * optionally a crash point to arm at the start. Then it obeys lines on standard input, side by side, until that ends:
 *
 * <pre>
 *   arm POINT                         armed POINT
 *   book NUMBER ID ACCOUNT AMOUNT     done NUMBER, or failed NUMBER WHY
 *   spoil NUMBER ID                   swallows an SQL error, so that the branch must refuse to prepare
 *   read NUMBER ID                    only reads
 *   note NUMBER ID                    writes a note, in a file and not in the database
 * </pre>
 */
final class CrashBranchMain {

    /** A lock is held by a branch in doubt for as long as an outage lasts: the work of others fails meanwhile. */
    private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'";

    private static final int WORKERS = 16;

    private final Recorded<XaParticipant> recordedLedger;
    private final XaParticipant ledger;
    private final Recorded<NoteStore> recordedNotes;
    private final NoteStore notes;
    private final HistoryFile history;
    private final String where;

    private CrashBranchMain(UnanimousClient client, String[] args, HistoryFile history, String where)
            throws IOException {
        this.history = history;
        this.where = where;
        recordedLedger = new Recorded<>(
                XaParticipant.of(
                        Ledger.xaDataSource(args[1]), XaOptions.defaults().resourceTimeout(Duration.ofSeconds(10))),
                history,
                where);
        ledger = client.participant(args[0], recordedLedger);
        recordedNotes = new Recorded<>(new NoteStore(Path.of(args[5])), history, where);
        notes = client.participant(args[0] + "-notes", recordedNotes);
    }

    public static void main(String[] args) throws IOException {
        ArmedPoints<CrashPoint> armed = new ArmedPoints<>();
        if (args.length > 6) {
            armed.arm(CrashPoint.valueOf(args[6]));
        }
        String where = args[0] + "#" + ProcessHandle.current().pid();
        HistoryFile history = HistoryFile.create(Path.of(args[4]));
        UnanimousClient client = UnanimousClient.connect(ClientOptions.builder(args[2])
                .name(where)
                .evidenceFile(Path.of(args[3]))
                .reconnect(Duration.ofMillis(50), Duration.ofMillis(500))
                .askAgainAfter(Duration.ofSeconds(1))
                .enlistTimeout(Duration.ofSeconds(5))
                .silenceMax(CrashScene.SILENCE_MAX)
                .overdueAfter(Duration.ofSeconds(2))
                .activeOverdueAfter(Duration.ofSeconds(4))
                .rescanEvery(Duration.ofSeconds(10))
                .crashPoints((point, transactionId) -> armed.reached(point))
                .build());
        CrashBranchMain main = new CrashBranchMain(client, args, history, where);
        System.out.println("ready");
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("arm")) {
                armed.arm(CrashPoint.valueOf(words[1]));
                System.out.println("armed " + words[1]);
            } else {
                workers.execute(() -> main.obey(words));
            }
        }
        // Whoever started this is gone.
        Runtime.getRuntime().halt(0);
    }

    private void obey(String[] words) {
        String transactionId = words[2];
        try {
            if (words[0].equals("note")) {
                notes.write(transactionId);
                enlisted(transactionId, recordedNotes.branchOf(transactionId));
            } else {
                work(words, transactionId);
                // Closing has returned: the enlistment is confirmed.
                enlisted(transactionId, recordedLedger.branchOf(transactionId));
            }
        } catch (SQLException | RuntimeException e) {
            System.out.println("failed " + words[1] + " " + e.toString().replace('\n', ' '));
            return;
        }
        System.out.println("done " + words[1]);
    }

    private void enlisted(String transactionId, String branch) {
        history.record(new Enlisted(System.currentTimeMillis(), where, transactionId, branch));
    }

    private void work(String[] words, String transactionId) throws SQLException {
        try (Connection connection = ledger.join(transactionId)) {
            switch (words[0]) {
                case "book" -> book(connection, transactionId, Integer.parseInt(words[3]), Long.parseLong(words[4]));
                case "spoil" -> spoil(connection);
                case "read" -> read(connection, transactionId);
                default -> throw new IllegalArgumentException(words[0]);
            }
        }
    }

    private void book(Connection connection, String transactionId, int account, long amount) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK_TIMEOUT);
            statement.executeUpdate("UPDATE purse SET balance = balance + " + amount + " WHERE id = " + account);
        }
        try (PreparedStatement effect = connection.prepareStatement("INSERT INTO effect VALUES (?, ?, ?)")) {
            effect.setString(1, transactionId);
            effect.setString(2, recordedLedger.branchOf(transactionId));
            effect.setLong(3, amount);
            effect.executeUpdate();
        }
    }

    private static void spoil(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1 / 0");
        } catch (SQLException swallowed) {
            // As applications do; the adapter has to find out.
            return;
        }
    }

    private void read(Connection connection, String transactionId) throws SQLException {
        history.record(
                new OnlyRead(System.currentTimeMillis(), where, transactionId, recordedLedger.branchOf(transactionId)));
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT count(*) FROM purse");
        }
    }
}
