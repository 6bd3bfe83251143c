package io.unanimous.bench.seata;

import io.seata.core.exception.TransactionException;
import io.seata.core.model.BranchType;
import io.seata.core.model.GlobalStatus;
import io.seata.core.model.ResourceManager;
import io.seata.core.model.TransactionManager;
import io.seata.core.rpc.netty.RmNettyRemotingClient;
import io.seata.rm.AbstractRMHandler;
import io.seata.tm.DefaultTransactionManager;
import io.seata.tm.TMClient;
import io.unanimous.bench.contender.BlockingContender;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Outcome;
import io.unanimous.bench.contender.ServerProcess;
import io.unanimous.bench.contender.Setting;
import io.unanimous.bench.contender.Verdict;

/**
 * Seata, by the calls that its own annotations make: begin, a registration for each branch, commit. Commit of TCC answers
 * after every branch was called back, so one transaction here is one whole two-phase commit.
 */
final class SeataContender extends BlockingContender {

    private static final String APPLICATION = "bench";
    private static final int TIMEOUT_MS = 60_000;

    private final ServerProcess server;
    private final int participants;
    private final NoOpResources resources = new NoOpResources();
    private final TransactionManager transactions = new DefaultTransactionManager();

    SeataContender(ServerProcess server, Setting setting) {
        super(setting);
        this.server = server;
        participants = setting.participants();
        TMClient.init(APPLICATION, APPLICATION);
        RmNettyRemotingClient client = RmNettyRemotingClient.getInstance(APPLICATION, APPLICATION);
        client.setResourceManager(resources);
        client.setTransactionMessageHandler(new AbstractRMHandler() {
            @Override
            protected ResourceManager getResourceManager() {
                return resources;
            }

            @Override
            public BranchType getBranchType() {
                return BranchType.TCC;
            }
        });
        client.init();
        for (int number = 0; number < participants; number++) {
            resources.add(resource(number));
        }
    }

    private static String resource(int number) {
        return "bench-" + number;
    }

    @Override
    protected Outcome transactBlocking(int slot) throws TransactionException {
        String transaction = transactions.begin(APPLICATION, APPLICATION, "bench", TIMEOUT_MS);
        for (int number = 0; number < participants; number++) {
            var unused = resources.branchRegister(BranchType.TCC, resource(number), "", transaction, "{}", "");
        }
        GlobalStatus status = transactions.commit(transaction);
        if (status != GlobalStatus.Committed) {
            throw new IllegalStateException(transaction + " is " + status + ", not committed");
        }
        return Outcome.COMMITTED;
    }

    @Override
    public Verdict verify(Counts counts) {
        Verdict.Builder verdict = Verdict.builder().equal("rollbacks at all participants", 0, resources.rolledBack());
        resources
                .committed()
                .forEach((resource, committed) ->
                        verdict.equal("commits at " + resource, counts.committed(), committed.sum()));
        return verdict.build();
    }

    @Override
    public void close() throws Exception {
        try {
            super.close();
        } finally {
            server.close();
        }
    }
}
