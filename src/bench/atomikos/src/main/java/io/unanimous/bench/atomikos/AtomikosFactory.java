package io.unanimous.bench.atomikos;

import com.atomikos.icatch.jta.UserTransactionManager;
import com.atomikos.jdbc.AtomikosDataSourceBean;
import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.Outcome;
import io.unanimous.bench.contender.Setting;
import io.unanimous.bench.databases.PostgresPair;
import io.unanimous.bench.databases.TransferContender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;

/** Atomikos, the free edition, embedded, with its log on and its own pools. */
public final class AtomikosFactory implements ContenderFactory {

    private static final String SETTINGS = "com.atomikos.icatch.";

    /** Seldom: a checkpoint rewrites the whole log. */
    private static final int CHECKPOINT_EVERY = 20_000;

    @Override
    public Contender start(Setting setting) throws Exception {
        Path directory = setting.directory().toAbsolutePath().resolve("atomikos");
        Files.createDirectories(directory);
        System.setProperty(SETTINGS + "log_base_dir", directory.toString());
        System.setProperty(SETTINGS + "enable_logging", "true");
        System.setProperty(SETTINGS + "max_actives", "-1");
        System.setProperty(SETTINGS + "tm_unique_name", "bench");
        System.setProperty(SETTINGS + "checkpoint_interval", Integer.toString(CHECKPOINT_EVERY));
        // Both databases at once would need threads beyond those of the slots; either way is a user's choice.
        System.setProperty(SETTINGS + "threaded_2pc", setting.option("threaded", "false"));
        return new Atomikos(setting);
    }

    private static final class Atomikos extends TransferContender {

        private final UserTransactionManager transactions = new UserTransactionManager();
        private final AtomikosDataSourceBean pays;
        private final AtomikosDataSourceBean isPaid;

        Atomikos(Setting setting) throws Exception {
            super(setting);
            transactions.init();
            pays = pool("pays", PostgresPair.PAYS, setting);
            isPaid = pool("is-paid", PostgresPair.IS_PAID, setting);
        }

        private AtomikosDataSourceBean pool(String name, int database, Setting setting) throws Exception {
            AtomikosDataSourceBean pool = new AtomikosDataSourceBean();
            pool.setUniqueResourceName(name);
            pool.setXaDataSource(databases().xaDataSource(database));
            pool.setPoolSize(setting.inFlight());
            pool.init();
            return pool;
        }

        @Override
        protected Outcome transactBlocking(int slot) throws Exception {
            transactions.begin();
            try (Connection payer = pays.getConnection();
                    Connection payee = isPaid.getConnection()) {
                pay(payer);
                bePaid(payee);
            } catch (Exception failed) {
                transactions.rollback();
                throw failed;
            }
            transactions.commit();
            return Outcome.COMMITTED;
        }

        @Override
        public void close() throws Exception {
            try {
                transactions.close();
                pays.close();
                isPaid.close();
            } finally {
                super.close();
            }
        }
    }
}
