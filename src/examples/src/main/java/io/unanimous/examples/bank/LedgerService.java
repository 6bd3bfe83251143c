package io.unanimous.examples.bank;

import io.unanimous.examples.bank.HttpEndpoint.RefusedException;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sdk.xa.XaParticipant;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.postgresql.xa.PGXADataSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A service with a database: {@code POST /legs?transfer=N&account=N&amount=N} books one leg of a transfer, as part of
 * the transaction that the header {@code unanimous-transaction-id} names.
 */
@Command(name = "ledger-service", description = "Books legs of transfers in a PostgreSQL database.")
public final class LedgerService implements Callable<Integer> {

    @Mixin
    private final ServiceOptions options = new ServiceOptions();

    @Option(names = "--database", required = true, description = "The JDBC URL of the PostgreSQL database.")
    private @Nullable String database;

    private LedgerService() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new LedgerService()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        PGXADataSource dataSource = new PGXADataSource();
        dataSource.setUrl(database);
        try (UnanimousClient client = UnanimousClient.connect(options.clientOptions())) {
            XaParticipant ledger = client.participant(options.resource(), XaParticipant.of(dataSource));
            try (HttpEndpoint endpoint = HttpEndpoint.open(Map.of("/legs", request -> book(ledger, request)))) {
                ServiceOptions.serveUntilInputEnds(endpoint);
            }
        }
        return 0;
    }

    private static String book(XaParticipant ledger, HttpEndpoint.Request request)
            throws SQLException, RefusedException {
        // Closing the connection does not end the transaction. It returns when the coordinator has confirmed that this
        // work is part of the transaction, so that nobody hears "booked" and commits before that.
        try (Connection connection = ledger.join(request.transactionId())) {
            boolean booked = Ledger.book(
                    connection, request.number("transfer"), (int) request.number("account"), request.number("amount"));
            if (!booked) {
                throw new RefusedException(ServiceClient.BUSINESS_REFUSAL, "insufficient funds");
            }
        }
        return "booked";
    }
}
