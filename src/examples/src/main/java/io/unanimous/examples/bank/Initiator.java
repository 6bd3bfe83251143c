package io.unanimous.examples.bank;

import io.unanimous.examples.bank.ServiceClient.BusinessRefusalException;
import io.unanimous.sdk.CoordinatorUnavailableException;
import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.OutcomeUnknownException;
import io.unanimous.sdk.RequestRejectedException;
import io.unanimous.sdk.RolledBackException;
import io.unanimous.sdk.TransactionOptions;
import io.unanimous.sdk.UnanimousClient;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes transfers, each as one transaction over all services that it touches. Safe for use by many threads.
 *
 * <p>Processes and connections may die at any moment. What keeps a transfer from being lost or made twice is one rule:
 * it is begun anew only when the transaction before is known to be rolled back.
 */
public final class Initiator {

    /** What became of a transfer. */
    public enum Result {
        /** It was made, in every service. */
        COMMITTED,
        /** It was refused for good, say because an account holds too little; nothing was changed anywhere. */
        REFUSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Initiator.class);
    // The answer is not waited for longer than that: with a service down the outcome is known before all have followed.
    private static final TransactionOptions TRANSACTION =
            TransactionOptions.defaults().withTimeout(Duration.ofSeconds(30)).withAnswerWithin(Duration.ofSeconds(3));
    private static final Duration GIVE_UP_AFTER = Duration.ofSeconds(90);
    private static final long BACKOFF_MAX_MS = 1_000;

    private final UnanimousClient client;
    private final ServiceClient ledgerA;
    private final ServiceClient ledgerB;
    private final ServiceClient seats;

    public Initiator(UnanimousClient client, ServiceClient ledgerA, ServiceClient ledgerB, ServiceClient seats) {
        this.client = client;
        this.ledgerA = ledgerA;
        this.ledgerB = ledgerB;
        this.seats = seats;
    }

    /**
     * Makes a transfer, and begins it anew as often as processes fail under it.
     *
     * @throws IllegalStateException if it can still not be made after 90 s
     */
    public Result make(Transfer transfer) throws InterruptedException {
        long giveUpAtNs = System.nanoTime() + GIVE_UP_AFTER.toNanos();
        for (int failures = 0; ; failures++) {
            try {
                return attempt(transfer);
            } catch (RolledBackException | CoordinatorUnavailableException | RequestRejectedException | IOException e) {
                // Rolled back for certain: by the coordinator, or because nobody ever asked to commit.
                LOG.info("Transfer {} is begun anew: {}", transfer.number(), e.toString());
                if (System.nanoTime() - giveUpAtNs > 0) {
                    throw new IllegalStateException("Transfer " + transfer.number() + " cannot be made: " + e, e);
                }
                backOff(failures);
            }
        }
    }

    private Result attempt(Transfer transfer) throws IOException, InterruptedException {
        try (GlobalTransaction tx = client.begin(TRANSACTION)) {
            if (transfer.withSeat()) {
                seats.reserve(tx.id(), transfer.number());
            }
            // Always A before B, whichever way the money goes: two transfers cannot wait for each other's accounts.
            ledgerA.book(tx.id(), transfer.number(), transfer.accountA(), -transfer.amount());
            ledgerB.book(tx.id(), transfer.number(), transfer.accountB(), transfer.amount());
            tx.commit();
            return Result.COMMITTED;
        } catch (BusinessRefusalException e) {
            return Result.REFUSED; // The transaction was closed without a commit, which rolls it back.
        } catch (OutcomeUnknownException e) {
            return askUntilKnown(e.transactionId());
        }
    }

    /** Nobody may begin the transfer anew before this is answered: it may have been made. */
    private Result askUntilKnown(String transactionId) throws InterruptedException {
        for (int failures = 0; ; failures++) {
            try {
                switch (client.outcome(transactionId).status()) {
                    case COMMITTED -> {
                        return Result.COMMITTED;
                    }
                    case ROLLED_BACK ->
                        throw new RolledBackException(transactionId, "", "", "as told when asked again");
                    case UNKNOWN ->
                        throw new IllegalStateException(
                                "Nobody can tell what became of " + transactionId + ": it allowed a shortcut");
                    case IN_PROGRESS -> LOG.info("Transaction {} is not decided yet", transactionId);
                }
            } catch (RequestRejectedException e) {
                throw new IllegalStateException("What became of " + transactionId + " is not told: " + e, e);
            } catch (CoordinatorUnavailableException e) {
                LOG.info("Transaction {} cannot be asked about: {}", transactionId, e.toString());
            }
            backOff(failures);
        }
    }

    private static void backOff(int failures) throws InterruptedException {
        long limitMs = Math.min(BACKOFF_MAX_MS, 20L << Math.min(failures, 10));
        TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(limitMs));
    }
}
