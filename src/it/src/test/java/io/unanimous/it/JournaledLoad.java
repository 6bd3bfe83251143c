package io.unanimous.it;

import static org.awaitility.Awaitility.await;

import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.OutcomeUnknownException;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.RequestRejectedException;
import io.unanimous.sdk.RolledBackException;
import io.unanimous.sdk.TransactionOutcome;
import io.unanimous.sdk.TransactionOutcome.Status;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sdk.UnanimousException;
import io.unanimous.sim.check.Observation.CommitAsked;
import io.unanimous.sim.check.Observation.Enlisted;
import io.unanimous.sim.check.Observation.EpochSeen;
import io.unanimous.sim.check.Observation.InDoubt;
import io.unanimous.sim.check.Observation.Mark;
import io.unanimous.sim.check.Observation.Minted;
import io.unanimous.sim.check.Observation.NotFound;
import io.unanimous.sim.check.Observation.Outcome;
import io.unanimous.sim.check.Observation.RollbackAsked;
import io.unanimous.sim.check.Observation.Told;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.LogPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Transactions between two ledgers, begun and committed by this process over the SDK, against one coordinator that may die
 * and come back at the same address. All that is told goes into the journal.
 *
 * <p>Work comes in rounds: {@link #begin} starts one, {@link #stop} ends it, and {@link #settle} waits until every
 * transaction of it has an outcome, and asks once more for each.
 */
final class JournaledLoad implements AutoCloseable {

    /** How long in-doubt branches may last after the coordinator serves again. */
    static final Duration SETTLE_MAX = Duration.ofSeconds(40);

    private static final Duration TRANSACTION_MAX = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final int REFUSED_EVERY = 7;
    private static final int ABANDONED_EVERY = 11;
    private static final String CLIENT = "client";

    private final Journal journal;
    private final JournaledLedger east;
    private final JournaledLedger west;
    private final UnanimousClient client;
    private final ParticipantHandle eastHandle;
    private final ParticipantHandle westHandle;
    private final CoordinatorClient wire;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicInteger acknowledged = new AtomicInteger();

    /** The transactions of this round, with what the client was told; null while nothing. */
    private final Map<String, Status> round = new LinkedHashMap<>();

    /** What was told to be committed in all rounds that are settled. */
    private final List<String> committedBefore = new ArrayList<>();

    private final List<Thread> workers = new ArrayList<>();
    private volatile byte[] payload = new byte[0];
    private volatile boolean stopping;
    private volatile int leftToBegin;
    private volatile Runnable onCommitted = () -> {};

    /**
     * Connects; the coordinator need not be there yet.
     *
     * @param evidence where the participants keep what they have seen of the coordinator's log
     */
    JournaledLoad(Journal journal, String address, Path evidence) {
        this.journal = journal;
        east = new JournaledLedger("east", journal);
        west = new JournaledLedger("west", journal);
        client = UnanimousClient.connect(ClientOptions.builder(address)
                .name("the load")
                .evidenceFile(evidence)
                .reconnect(Duration.ofMillis(20), Duration.ofMillis(100))
                .askAgainAfter(Duration.ofMillis(500))
                .overdueAfter(Duration.ofSeconds(1))
                .requestTimeout(Duration.ofSeconds(5))
                .enlistTimeout(Duration.ofSeconds(5))
                .build());
        eastHandle = client.participant(east.name(), east);
        westHandle = client.participant(west.name(), west);
        wire = new CoordinatorClient(address);
    }

    /** From now on each branch enlists with a payload of so many bytes, which its decision carries. */
    void enlistWith(int payloadBytes) {
        payload = new byte[payloadBytes];
    }

    /** Begins a round: so many workers begin one transaction after the other, {@code transactionsMax} in all. */
    void begin(int threads, int transactionsMax, Runnable onEachCommitted) {
        acknowledged.set(0);
        synchronized (round) {
            round.clear();
        }
        onCommitted = onEachCommitted;
        beginMore(threads, transactionsMax);
    }

    /** Goes on with a round, or begins the first. */
    void beginMore(int threads, int transactionsMax) {
        stopping = false;
        leftToBegin = transactionsMax;
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(this::work, "load-" + i);
            worker.setDaemon(true);
            workers.add(worker);
            worker.start();
        }
    }

    private void work() {
        while (takeOne()) {
            transfer(numbers.incrementAndGet());
        }
    }

    private synchronized boolean takeOne() {
        if (stopping || leftToBegin == 0) {
            return false;
        }
        leftToBegin--;
        return true;
    }

    private void transfer(long number) {
        try (GlobalTransaction tx = open(number)) {
            end(tx, number % ABANDONED_EVERY != 0);
        } catch (UnanimousException unanswered) {
            // The coordinator is gone. What it began rolls back by itself; settle() asks for it.
            return;
        }
    }

    /** Begins a transaction and does its work in both ledgers, neither of which will refuse; it is the caller's to end. */
    GlobalTransaction open() {
        long number = numbers.incrementAndGet();
        return open(number % REFUSED_EVERY == 0 ? numbers.incrementAndGet() : number);
    }

    private GlobalTransaction open(long number) {
        GlobalTransaction tx = client.begin(TRANSACTION_MAX);
        boolean opened = false;
        try {
            journal.record(at -> new Minted(at, CLIENT, tx.id(), false));
            tell(tx.id(), null);
            enlist(east, eastHandle, tx.id(), -number, false);
            enlist(west, westHandle, tx.id(), number, number % REFUSED_EVERY == 0);
            opened = true;
            return tx;
        } finally {
            if (!opened) {
                tx.close();
            }
        }
    }

    /** Asks for commit; what is answered is in the journal and in {@link #toldCommitted}. */
    void commit(GlobalTransaction tx) {
        try {
            end(tx, true);
        } catch (UnanimousException unanswered) {
            // settle() asks for it.
            return;
        }
    }

    private void enlist(JournaledLedger ledger, ParticipantHandle handle, String id, long amount, boolean refusing) {
        ledger.book(id, amount, refusing);
        BranchId branch = handle.enlist(id, payload);
        journal.record(at -> new Enlisted(at, ledger.name(), id, branch.branch()));
    }

    private void end(GlobalTransaction tx, boolean commit) {
        try {
            if (commit) {
                journal.record(at -> new CommitAsked(at, CLIENT, tx.id()));
                told(tx.commit(), "commit");
            } else {
                journal.record(at -> new RollbackAsked(at, CLIENT, tx.id()));
                told(tx.rollback(), "rollback");
            }
        } catch (RolledBackException e) {
            told(tx.id(), Status.ROLLED_BACK, Mark.NONE, "commit");
        } catch (OutcomeUnknownException unknown) {
            // settle() asks again.
            return;
        }
    }

    private void told(TransactionOutcome outcome, String how) {
        told(
                outcome.transactionId(),
                outcome.status(),
                Mark.valueOf(outcome.heuristic().name()),
                how);
    }

    private void told(String id, Status status, Mark mark, String how) {
        if (status == Status.IN_PROGRESS) {
            return;
        }
        journal.record(at -> new Told(at, CLIENT, id, Outcome.valueOf(status.name()), mark, how));
        tell(id, status);
        if (status == Status.COMMITTED && how.equals("commit")) {
            acknowledged.incrementAndGet();
            onCommitted.run();
        }
    }

    private void tell(String id, Status status) {
        synchronized (round) {
            round.put(id, status);
        }
    }

    /** How many commits of this round were answered so far. */
    int acknowledged() {
        return acknowledged.get();
    }

    /** Whether no worker of this round runs any more. */
    boolean idle() {
        return workers.stream().noneMatch(Thread::isAlive);
    }

    /** Begins no further transaction in this round. */
    void stop() {
        stopping = true;
    }

    /** The transactions that a client was told to be committed in this round. */
    List<String> toldCommitted() {
        synchronized (round) {
            return round.entrySet().stream()
                    .filter(told -> told.getValue() == Status.COMMITTED)
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    /**
     * Waits for this round's end at a coordinator that serves, asks it for the outcome of every transaction again, and has
     * all of it judged.
     */
    void settle() {
        stop();
        seeEpoch();
        await().alias("every call of the load is answered or given up")
                .atMost(SETTLE_MAX)
                .pollInterval(POLL)
                .until(this::idle);
        workers.clear();
        List<String> ids;
        synchronized (round) {
            ids = List.copyOf(round.keySet());
        }
        ids.forEach(this::askUntilEnded);
        awaitNothingPrepared();
        ids.forEach(this::ask);
        journal.retire(ids);
        committedBefore.addAll(toldCommitted());
        synchronized (round) {
            round.clear();
        }
    }

    /** Asks once more for the outcome of every commit of all settled rounds; returns how many there are. */
    int askForAllCommits() {
        committedBefore.forEach(this::ask);
        return committedBefore.size();
    }

    /** Whether the coordinator is in HOLD, which nothing that a rung does to its disk justifies. */
    boolean coordinatorHolds() {
        return wire.status().hasHold();
    }

    private void seeEpoch() {
        GetStatusResponse status = wire.status();
        LogPosition position = status.getPosition();
        journal.record(at -> new EpochSeen(
                at,
                CLIENT,
                position.getCoordinator(),
                "" + position.getPartition(),
                "" + position.getEpoch(),
                "" + position.getEpochNonce(),
                "" + status.getStartedUnixMs()));
    }

    private void askUntilEnded(String id) {
        await().alias("an outcome of " + id)
                .atMost(SETTLE_MAX)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .until(() -> ask(id) != Status.IN_PROGRESS);
    }

    /** Asks for an outcome; UNKNOWN stands for one of which nothing is known. */
    Status ask(String id) {
        try {
            TransactionOutcome outcome = client.outcome(id);
            told(outcome, "outcome");
            return outcome.status();
        } catch (RequestRejectedException e) {
            if (!e.code().equals("NOT_FOUND")) {
                throw e;
            }
            journal.record(at -> new NotFound(at, CLIENT, id));
            return Status.UNKNOWN;
        }
    }

    /** Whether the coordinator still says, and at once, that a transaction is committed; also one that lost its memory. */
    boolean stillCommitted(String id) {
        try {
            return client.outcome(id).status() == Status.COMMITTED;
        } catch (RequestRejectedException lost) {
            return false;
        }
    }

    private void awaitNothingPrepared() {
        await().alias("nothing is prepared any more")
                .atMost(SETTLE_MAX)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .until(() -> {
                    int count = east.prepared().size() + west.prepared().size();
                    journal.record(at -> new InDoubt(at, "faults", count, false));
                    return count == 0;
                });
    }

    @Override
    public void close() {
        wire.close();
        client.close();
    }
}
