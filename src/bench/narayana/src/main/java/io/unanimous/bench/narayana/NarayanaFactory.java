package io.unanimous.bench.narayana;

import com.arjuna.ats.arjuna.common.CoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.ShadowNoFileLockStore;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqJournalEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqObjectStoreAdaptor;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.Outcome;
import io.unanimous.bench.contender.Setting;
import io.unanimous.bench.databases.KeptXaConnection;
import io.unanimous.bench.databases.PostgresPair;
import io.unanimous.bench.databases.TransferContender;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.util.List;

/**
 * Narayana embedded, its synced store on the disk of the databases. Option "store": "shadow" (its default), "journal"
 * (a shared synced journal of files) or "journal-aio" (the same through the kernel's asynchronous calls).
 */
public final class NarayanaFactory implements ContenderFactory {

    private static final String SHADOW = "shadow";
    private static final String JOURNAL = "journal";
    private static final String JOURNAL_AIO = "journal-aio";

    private static final String DEFAULT = "default";

    /** Every bean of the store: its own, that of states and that of communication. */
    private static final List<String> STORES = List.of(DEFAULT, "stateStore", "communicationStore");

    @Override
    public Contender start(Setting setting) throws Exception {
        String store = setting.option("store", SHADOW);
        if (!List.of(SHADOW, JOURNAL, JOURNAL_AIO).contains(store)) {
            throw new IllegalArgumentException("no durable store is called " + store);
        }
        BeanPopulator.getDefaultInstance(CoreEnvironmentBean.class).setNodeIdentifier("bench");
        Path directory = setting.directory().toAbsolutePath().resolve("narayana");
        for (String name : STORES) {
            ObjectStoreEnvironmentBean bean = bean(ObjectStoreEnvironmentBean.class, name);
            bean.setObjectStoreDir(directory.toString());
            bean.setObjectStoreType(
                    (store.equals(SHADOW) ? ShadowNoFileLockStore.class : HornetqObjectStoreAdaptor.class).getName());
            bean.setObjectStoreSync(true);
            bean.setTransactionSync(true);
            // Each store reads the journal's bean of its own name; what is not set there is the working directory.
            HornetqJournalEnvironmentBean journal = bean(HornetqJournalEnvironmentBean.class, name);
            journal.setStoreDir(directory.resolve("journal-" + name).toString());
            journal.setAsyncIO(store.equals(JOURNAL_AIO));
            journal.setSyncWrites(true);
        }
        return new Narayana(setting);
    }

    private static <T> T bean(Class<T> kind, String name) {
        return name.equals(DEFAULT)
                ? BeanPopulator.getDefaultInstance(kind)
                : BeanPopulator.getNamedInstance(kind, name);
    }

    private static final class Narayana extends TransferContender {

        private final TransactionManager transactions;
        private final List<KeptXaConnection> pays;
        private final List<KeptXaConnection> isPaid;

        Narayana(Setting setting) throws Exception {
            super(setting);
            transactions = com.arjuna.ats.jta.TransactionManager.transactionManager();
            pays = KeptXaConnection.forSlots(databases(), PostgresPair.PAYS, setting.inFlight());
            isPaid = KeptXaConnection.forSlots(databases(), PostgresPair.IS_PAID, setting.inFlight());
        }

        @Override
        protected Outcome transactBlocking(int slot) throws Exception {
            KeptXaConnection payer = pays.get(slot);
            KeptXaConnection payee = isPaid.get(slot);
            transactions.begin();
            try {
                Transaction transaction = transactions.getTransaction();
                enlist(transaction, payer);
                pay(payer.jdbc());
                enlist(transaction, payee);
                bePaid(payee.jdbc());
            } catch (Exception failed) {
                transactions.rollback();
                throw failed;
            }
            transactions.commit();
            return Outcome.COMMITTED;
        }

        private static void enlist(Transaction transaction, KeptXaConnection connection) throws Exception {
            if (!transaction.enlistResource(connection.resource())) {
                throw new IllegalStateException("Narayana did not enlist " + connection);
            }
        }
    }
}
