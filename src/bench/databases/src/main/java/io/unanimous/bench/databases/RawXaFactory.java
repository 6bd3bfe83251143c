package io.unanimous.bench.databases;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.Outcome;
import io.unanimous.bench.contender.Setting;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * XA driven by hand, and no decision is ever written: a crash between the prepares and the commits leaves branches that
 * nobody can end. The limit of what a coordinator could reach that prepares one branch after the other; with option
 * "parallel" both are prepared, and then committed, at the same time.
 */
public final class RawXaFactory implements ContenderFactory {

    @Override
    public Contender start(Setting setting) throws Exception {
        return new RawXa(setting);
    }

    private static final class RawXa extends TransferContender {

        private final boolean parallel;
        private final List<KeptXaConnection> pays;
        private final List<KeptXaConnection> isPaid;
        private final AtomicLong transactions = new AtomicLong();
        private final ExecutorService second;

        RawXa(Setting setting) throws Exception {
            super(setting);
            parallel = Boolean.parseBoolean(setting.option("parallel", "false"));
            pays = KeptXaConnection.forSlots(databases(), PostgresPair.PAYS, setting.inFlight());
            isPaid = KeptXaConnection.forSlots(databases(), PostgresPair.IS_PAID, setting.inFlight());
            second = Executors.newFixedThreadPool(setting.inFlight());
        }

        @Override
        protected Outcome transactBlocking(int slot) throws Exception {
            long transaction = transactions.incrementAndGet();
            Xid paying = new BranchXid(transaction, PostgresPair.PAYS);
            Xid paid = new BranchXid(transaction, PostgresPair.IS_PAID);
            KeptXaConnection payer = pays.get(slot);
            KeptXaConnection payee = isPaid.get(slot);
            payer.resource().start(paying, XAResource.TMNOFLAGS);
            pay(payer.jdbc());
            payer.resource().end(paying, XAResource.TMSUCCESS);
            payee.resource().start(paid, XAResource.TMNOFLAGS);
            bePaid(payee.jdbc());
            payee.resource().end(paid, XAResource.TMSUCCESS);
            both(() -> prepared(payer, paying), () -> prepared(payee, paid));
            both(() -> committed(payer, paying), () -> committed(payee, paid));
            return Outcome.COMMITTED;
        }

        private void both(Callable<Integer> one, Callable<Integer> other) throws Exception {
            if (parallel) {
                Future<Integer> meanwhile = second.submit(other);
                one.call();
                meanwhile.get();
            } else {
                one.call();
                other.call();
            }
        }

        private static int prepared(KeptXaConnection connection, Xid xid) throws XAException {
            int vote = connection.resource().prepare(xid);
            if (vote != XAResource.XA_OK) {
                throw new IllegalStateException("not prepared: vote " + vote);
            }
            return vote;
        }

        private static int committed(KeptXaConnection connection, Xid xid) throws XAException {
            connection.resource().commit(xid, false);
            return XAResource.XA_OK;
        }

        @Override
        public void close() throws Exception {
            second.shutdown();
            super.close();
        }
    }
}
