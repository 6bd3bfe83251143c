package io.unanimous.examples.quickstart;

import io.unanimous.examples.bank.Initiator;
import io.unanimous.examples.bank.Transfer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes transfers without end, several at a time, until it is stopped. */
final class Traffic implements AutoCloseable {

    private static final long WATCH_PERIOD_MS = 500;

    private final Initiator initiator;
    private final int accounts;
    private final RandomGenerator random;
    private final Runnable watch;
    private final List<Thread> threads = new ArrayList<>();
    private final Set<Long> committed = new TreeSet<>();
    private long begun;
    private int underWay;
    private int refused;
    private boolean paused;
    private boolean stopped;
    private @Nullable Throwable failure;

    /**
     * Traffic that has not begun.
     *
     * @param accounts how many accounts each ledger has
     * @param watch called now and then while somebody waits; what it throws ends the wait
     */
    Traffic(Initiator initiator, int accounts, long seed, Runnable watch) {
        this.initiator = initiator;
        this.accounts = accounts;
        this.random = new SplittableRandom(seed);
        this.watch = watch;
    }

    void start(int atATime) {
        for (int i = 1; i <= atATime; i++) {
            Thread thread = new Thread(this::makeTransfers, "transfers-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** Lets no new transfer begin. Those under way go on, and may need what is down just now. */
    synchronized void pause() {
        paused = true;
    }

    /** Lets new transfers begin again. */
    synchronized void resume() {
        paused = false;
        notifyAll();
    }

    /** Waits until this many are committed, however long that takes while some progress is made. */
    synchronized void awaitCommitted(int count, Duration progressLimit) throws InterruptedException {
        int before = -1;
        long giveUpAtNs = 0;
        while (committed.size() < count) {
            requireSound();
            watch.run();
            if (committed.size() > before) {
                before = committed.size();
                giveUpAtNs = System.nanoTime() + progressLimit.toNanos();
            } else if (System.nanoTime() - giveUpAtNs > 0) {
                throw new QuickstartFailure("No transfer was made within " + progressLimit.toSeconds() + " s");
            }
            wait(WATCH_PERIOD_MS);
        }
    }

    /** Fails if a transfer did. */
    synchronized void requireSound() {
        Throwable cause = failure;
        if (cause != null) {
            throw new QuickstartFailure("A transfer failed: " + cause.getMessage(), cause);
        }
    }

    /** The numbers of the transfers that were made. */
    synchronized Set<Long> committed() {
        return new TreeSet<>(committed);
    }

    synchronized int committedCount() {
        return committed.size();
    }

    synchronized int refusedCount() {
        return refused;
    }

    synchronized int underWay() {
        return underWay;
    }

    /** Begins no more transfers, and breaks off those that are under way. */
    @Override
    public void close() throws InterruptedException {
        synchronized (this) {
            stopped = true;
            notifyAll();
        }
        for (Thread thread : threads) {
            thread.interrupt();
            thread.join(Duration.ofSeconds(1).toMillis());
        }
    }

    private void makeTransfers() {
        try {
            for (Transfer transfer = next(); transfer != null; transfer = next()) {
                ended(transfer, initiator.make(transfer));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) { // Told to whoever waits for this traffic.
            failed(e);
        }
    }

    private synchronized @Nullable Transfer next() throws InterruptedException {
        while (paused && !stopped) {
            wait();
        }
        if (stopped) {
            return null;
        }
        underWay++;
        return Transfer.random(++begun, accounts, random);
    }

    private synchronized void ended(Transfer transfer, Initiator.Result result) {
        underWay--;
        switch (result) {
            case COMMITTED -> committed.add(transfer.number());
            case REFUSED -> refused++;
        }
        notifyAll();
    }

    private synchronized void failed(Throwable e) {
        if (failure == null) {
            failure = e;
        }
        notifyAll();
    }
}
