package io.unanimous.bench.databases;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.Outcome;
import io.unanimous.bench.contender.ServerProcess;
import io.unanimous.bench.contender.Setting;
import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.RolledBackException;
import io.unanimous.sdk.TransactionOptions;
import io.unanimous.sdk.TransactionOutcome;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sdk.xa.XaOptions;
import io.unanimous.sdk.xa.XaParticipant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ours as users run it: the packaged daemon with all defaults, and the SDK's own participants over both databases. */
public final class OursFactory implements ContenderFactory {

    private static final String HOME_PROPERTY = "unanimous.home";
    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:\\d+");

    @Override
    public Contender start(Setting setting) throws Exception {
        return new Ours(setting);
    }

    private static ServerProcess daemon(Setting setting) throws Exception {
        Path launcher = Path.of(System.getProperty(HOME_PROPERTY, "src/dist/target/unanimous"), "bin", "tx-coordinator")
                .toAbsolutePath();
        if (!Files.isExecutable(launcher)) {
            throw new IllegalStateException(
                    launcher + " is missing: build src/dist first (mvn package), or say -D" + HOME_PROPERTY + "=DIR");
        }
        return ServerProcess.start(
                "tx-coordinator",
                setting.directory(),
                List.of(
                        launcher.toString(),
                        "--data-dir",
                        setting.directory().resolve("data").toString(),
                        "--listen",
                        "127.0.0.1:0"));
    }

    private static final class Ours extends TransferContender {

        private final TransactionOptions options = TransactionOptions.defaults();
        private final ServerProcess daemon;
        private final UnanimousClient client;
        private final XaParticipant pays;
        private final XaParticipant isPaid;

        Ours(Setting setting) throws Exception {
            super(setting);
            daemon = daemon(setting);
            Matcher address = ADDRESS.matcher(
                    daemon.awaitLine(line -> ADDRESS.matcher(line).find()));
            if (!address.find()) {
                throw new IllegalStateException("the ready line names no address");
            }
            client = UnanimousClient.connect(address.group());
            XaOptions pool = XaOptions.defaults().workConnections(setting.inFlight());
            pays = participant("pays", PostgresPair.PAYS, pool);
            isPaid = participant("is-paid", PostgresPair.IS_PAID, pool);
        }

        private XaParticipant participant(String resource, int database, XaOptions pool) {
            return client.participant(resource, XaParticipant.of(databases().xaDataSource(database), pool));
        }

        @Override
        protected Outcome transactBlocking(int slot) throws Exception {
            try (GlobalTransaction transaction = client.begin(options)) {
                // Both open at once, so that the waits for the enlistments overlap.
                try (Connection payer = pays.join(transaction.id());
                        Connection payee = isPaid.join(transaction.id())) {
                    pay(payer);
                    bePaid(payee);
                }
                return acknowledged(transaction.commit());
            } catch (RolledBackException rolledBack) {
                return Outcome.ROLLED_BACK;
            }
        }

        private static Outcome acknowledged(TransactionOutcome outcome) {
            if (outcome.status() != TransactionOutcome.Status.COMMITTED
                    || outcome.pendingBranches() > 0
                    || outcome.heuristic() != TransactionOutcome.Heuristic.NONE) {
                throw new IllegalStateException("not committed everywhere: " + outcome);
            }
            return Outcome.COMMITTED;
        }

        @Override
        public void close() throws Exception {
            try {
                client.close();
                daemon.close();
            } finally {
                super.close();
            }
        }
    }
}
