package io.unanimous.it;

import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.CrashPoint;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sdk.xa.XaParticipant;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * A service with a ledger, in a process of its own that can be killed at a named point.
 *
 * <p>Arguments: resource, JDBC URL, the coordinator's address, evidence file, and optionally a crash point to arm at the
 * start. Then it obeys lines on standard input, side by side, until that ends:
 *
 * <pre>
 *   arm POINT                                 armed POINT
 *   book NUMBER ID TRANSFER ACCOUNT AMOUNT    done NUMBER, or failed NUMBER WHY
 *   spoil NUMBER ID                           swallows an SQL error, so that the branch must refuse to prepare
 *   read NUMBER ID                            only reads
 * </pre>
 */
final class LedgerProcessMain {

    private final XaParticipant ledger;

    private LedgerProcessMain(XaParticipant ledger) {
        this.ledger = ledger;
    }

    public static void main(String[] args) throws IOException {
        ArmedPoints<CrashPoint> armed = new ArmedPoints<>();
        if (args.length > 4) {
            armed.arm(CrashPoint.valueOf(args[4]));
        }
        ClientOptions options = ClientOptions.builder(args[2])
                .name(args[0] + " " + ProcessHandle.current().pid())
                .evidenceFile(Path.of(args[3]))
                .reconnect(Duration.ofMillis(50), Duration.ofMillis(300))
                .askAgainAfter(Duration.ofSeconds(1))
                .overdueAfter(Duration.ofSeconds(2))
                .crashPoints((point, transactionId) -> armed.reached(point))
                .build();
        UnanimousClient client = UnanimousClient.connect(options);
        LedgerProcessMain main =
                new LedgerProcessMain(client.participant(args[0], XaParticipant.of(Ledger.xaDataSource(args[1]))));
        System.out.println("ready");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("arm")) {
                armed.arm(CrashPoint.valueOf(words[1]));
                System.out.println("armed " + words[1]);
            } else {
                Thread worker = new Thread(() -> main.obey(words), line);
                worker.setDaemon(true);
                worker.start();
            }
        }
        // Whoever started this is gone.
        Runtime.getRuntime().halt(0);
    }

    private void obey(String[] words) {
        try (Connection connection = ledger.join(words[2])) {
            switch (words[0]) {
                case "book" ->
                    Ledger.book(
                            connection, Long.parseLong(words[3]), Integer.parseInt(words[4]), Long.parseLong(words[5]));
                case "spoil" -> spoil(connection);
                case "read" -> read(connection);
                default -> throw new IllegalArgumentException(words[0]);
            }
        } catch (SQLException | RuntimeException e) {
            System.out.println("failed " + words[1] + " " + e.toString().replace('\n', ' '));
            return;
        }
        System.out.println("done " + words[1]);
    }

    private static void spoil(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1 / 0");
        } catch (SQLException swallowed) {
            // As applications do; the adapter has to find out.
            return;
        }
    }

    private static void read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT count(*) FROM account");
        }
    }
}
