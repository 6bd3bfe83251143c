package io.unanimous.it;

import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.OutcomeUnknownException;
import io.unanimous.sdk.RequestRejectedException;
import io.unanimous.sdk.RolledBackException;
import io.unanimous.sdk.TransactionOptions;
import io.unanimous.sdk.TransactionOutcome;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sdk.UnanimousException;
import io.unanimous.sim.check.HistoryFile;
import io.unanimous.sim.check.Observation;
import io.unanimous.sim.check.Observation.Mark;
import io.unanimous.sim.check.Observation.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Clients that move money between two ledgers without end, in every way that a transaction may go: commit, rollback, a
 * refusal, one phase, a branch that only reads. They outlive every crash and write down what they are told.
 */
final class CrashLoad implements AutoCloseable {

    /** How long an order to a participant is waited for. */
    static final Duration ORDER_MAX = Duration.ofSeconds(8);

    private static final int INITIATORS = 3;
    private static final Duration TRANSACTION_MAX = Duration.ofSeconds(10);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(90);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(50);

    private final CrashBranch a;
    private final CrashBranch b;
    private final HistoryFile history;
    private final UnanimousClient client;
    /** Each transaction holds it for reading; whoever pauses the load holds it for writing. */
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);

    private final Set<String> unanswered = ConcurrentHashMap.newKeySet();
    private final List<String> over = new ArrayList<>();
    private final AtomicLong begun = new AtomicLong();
    private final List<Thread> initiators = new ArrayList<>();
    private volatile boolean closed;

    /** The ways that a transaction goes, as often as they are drawn. */
    private enum Way {
        TRANSFER,
        /** Three branches: two databases, and a note in a file. */
        NOTED,
        ONE_PHASE,
        ROLLBACK,
        REFUSED,
        ONE_READS
    }

    private static final Way[] WAYS = {
        Way.TRANSFER,
        Way.TRANSFER,
        Way.NOTED,
        Way.NOTED,
        Way.ONE_PHASE,
        Way.ONE_PHASE,
        Way.ROLLBACK,
        Way.REFUSED,
        Way.REFUSED,
        Way.ONE_READS
    };

    CrashLoad(String coordinator, CrashBranch a, CrashBranch b, HistoryFile history, long seed) {
        this.a = a;
        this.b = b;
        this.history = history;
        client = UnanimousClient.connect(ClientOptions.builder(coordinator)
                .name("crash load")
                .reconnect(Duration.ofMillis(50), Duration.ofMillis(300))
                .askAgainAfter(Duration.ofSeconds(1))
                .silenceMax(CrashScene.SILENCE_MAX)
                .requestTimeout(Duration.ofSeconds(10))
                .build());
        for (int i = 0; i < INITIATORS; i++) {
            String where = "client-" + i;
            Random random = new Random(seed * INITIATORS + i);
            Thread initiator = new Thread(() -> work(where, random), where);
            initiator.setDaemon(true);
            initiators.add(initiator);
        }
        gate.writeLock().lock();
        initiators.forEach(Thread::start);
    }

    private void work(String where, Random random) {
        while (!closed) {
            boolean failed;
            gate.readLock().lock();
            try {
                failed = !closed && !transact(where, random);
            } finally {
                gate.readLock().unlock();
            }
            if (failed) {
                pause(AFTER_FAILURE);
            }
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins a transaction and sees it through; false if there was no coordinator to begin it. */
    private boolean transact(String where, Random random) {
        Way way = WAYS[random.nextInt(WAYS.length)];
        int account = 1 + random.nextInt(CrashBooks.PURSES);
        boolean onePhase = way == Way.ONE_PHASE;
        // Nobody is paid where only one branch writes: it leaves its effect and moves no money.
        long amount = onePhase || way == Way.ONE_READS ? 0 : 1 + random.nextInt(100);
        GlobalTransaction tx;
        try {
            tx = client.begin(TransactionOptions.defaults()
                    .withTimeout(TRANSACTION_MAX)
                    .withAnswerWithin(ANSWER_MAX)
                    .withShortcuts(onePhase, false));
        } catch (UnanimousException unavailable) {
            return false;
        }
        begun.incrementAndGet();
        unanswered.add(tx.id());
        history.record(new Observation.Minted(now(), where, tx.id(), onePhase));
        CompletableFuture<Boolean> first = a.book(tx.id(), account, -amount);
        CompletableFuture<Boolean> second = switch (way) {
            case ONE_PHASE -> CompletableFuture.completedFuture(true);
            case TRANSFER, NOTED, ROLLBACK -> b.book(tx.id(), account, amount);
            case REFUSED -> b.spoil(tx.id());
            case ONE_READS -> b.read(tx.id());
        };
        CompletableFuture<Boolean> third = way == Way.NOTED ? a.note(tx.id()) : CompletableFuture.completedFuture(true);
        boolean booked = first.join() & second.join() & third.join();
        end(tx, where, booked && way != Way.ROLLBACK);
        return true;
    }

    private void end(GlobalTransaction tx, String where, boolean commit) {
        history.record(
                commit
                        ? new Observation.CommitAsked(now(), where, tx.id())
                        : new Observation.RollbackAsked(now(), where, tx.id()));
        try {
            told(commit ? tx.commit() : tx.rollback(), where, commit ? "commit" : "rollback");
        } catch (RolledBackException rolledBack) {
            told(tx.id(), Outcome.ROLLED_BACK, Mark.NONE, where, "commit");
        } catch (OutcomeUnknownException unknown) {
            if (unknown.lost()) {
                told(tx.id(), Outcome.UNKNOWN, Mark.NONE, where, "commit");
            }
        } catch (UnanimousException unanswered) {
            // It is asked by its id at the end of the cycle.
            pause(AFTER_FAILURE);
        }
    }

    private boolean told(TransactionOutcome outcome, String where, String how) {
        Mark mark = Mark.valueOf(outcome.heuristic().name());
        return switch (outcome.status()) {
            case IN_PROGRESS -> false;
            case COMMITTED -> told(outcome.transactionId(), Outcome.COMMITTED, mark, where, how);
            case ROLLED_BACK -> told(outcome.transactionId(), Outcome.ROLLED_BACK, mark, where, how);
            case UNKNOWN -> told(outcome.transactionId(), Outcome.UNKNOWN, mark, where, how);
        };
    }

    private boolean told(String transactionId, Outcome outcome, Mark mark, String where, String how) {
        history.record(new Observation.Told(now(), where, transactionId, outcome, mark, how));
        return true;
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    // ---- for the thread that runs the cycles ------------------------------------------------------------------------

    /** Lets the clients begin transactions. The load starts paused. */
    void go() {
        gate.writeLock().unlock();
    }

    /** Lets no new transaction begin, and returns when the last has ended as far as its client is concerned. */
    void pauseWork() throws InterruptedException {
        if (!gate.writeLock().tryLock(PAUSE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("a client still waits for its transaction to end after " + PAUSE_MAX);
        }
    }

    /**
     * Asks for the outcome of everything begun that was not asked for yet; what is still in progress is asked about
     * another time.
     */
    void askAll() {
        over.clear();
        for (String id : unanswered) {
            try {
                if (told(client.outcome(id), "asker", "outcome")) {
                    over.add(id);
                }
            } catch (RequestRejectedException rejected) {
                if (!rejected.code().equals("NOT_FOUND")) {
                    throw rejected;
                }
                history.record(new Observation.NotFound(now(), "asker", id));
                over.add(id);
            } catch (UnanimousException later) {
                // It stays among those to ask about.
                continue;
            }
        }
        over.forEach(unanswered::remove);
    }

    /** What was over when it was asked for last. */
    List<String> askedAndOver() {
        return List.copyOf(over);
    }

    /** Transactions begun so far. */
    long begun() {
        return begun.get();
    }

    @Override
    public void close() {
        closed = true;
        client.close();
    }
}
