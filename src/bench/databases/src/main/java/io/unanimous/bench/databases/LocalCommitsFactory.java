package io.unanimous.bench.databases;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.Outcome;
import io.unanimous.bench.contender.Setting;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/** Two plain commits, one after the other: what is given up without atomicity. A crash between them loses money. */
public final class LocalCommitsFactory implements ContenderFactory {

    @Override
    public Contender start(Setting setting) throws Exception {
        return new LocalCommits(setting);
    }

    private static final class LocalCommits extends TransferContender {

        private final List<Connection> pays = new ArrayList<>();
        private final List<Connection> isPaid = new ArrayList<>();

        LocalCommits(Setting setting) throws Exception {
            super(setting);
            for (int slot = 0; slot < setting.inFlight(); slot++) {
                pays.add(connection(PostgresPair.PAYS));
                isPaid.add(connection(PostgresPair.IS_PAID));
            }
        }

        private Connection connection(int database) throws Exception {
            Connection connection = databases().xaDataSource(database).getConnection();
            connection.setAutoCommit(false);
            return connection;
        }

        @Override
        protected Outcome transactBlocking(int slot) throws Exception {
            Connection payer = pays.get(slot);
            Connection payee = isPaid.get(slot);
            pay(payer);
            payer.commit();
            bePaid(payee);
            payee.commit();
            return Outcome.COMMITTED;
        }
    }
}
