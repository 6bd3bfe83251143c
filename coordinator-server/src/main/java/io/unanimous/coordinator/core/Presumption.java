package io.unanimous.coordinator.core;

import org.jspecify.annotations.Nullable;

/**
 * What may be said of an id that has no record (P10, P11).
 *
 * <p>Rolled back, only where every transaction that committed must have left a record here: the id is this store's, of
 * an epoch that this store has run, that epoch has ended, nothing says that records were lost, and nothing that was
 * pruned could have been it.
 */
final class Presumption {

    /**
     * What a client is told: an outcome, or why it is not told one.
     *
     * @param outcome meaningful when there is no refusal
     */
    record Told(Outcome outcome, @Nullable Refusal refusal) {
        static Told of(Outcome outcome) {
            return new Told(outcome, null);
        }

        static Told refused(RefusalReason reason, String message) {
            return new Told(Outcome.UNKNOWN, Refusal.of(reason, message));
        }
    }

    private final Kernel kernel;
    private final Grace grace;

    Presumption(Kernel kernel, Grace grace) {
        this.kernel = kernel;
        this.grace = grace;
    }

    boolean foreign(TransactionId id) {
        return !id.store().equals(kernel.store) || id.partition() != kernel.partition;
    }

    /** Whether this store has run the id's epoch. */
    boolean knownEpoch(TransactionId id) {
        CoordinatorState.Epoch epoch = kernel.state.epochs.get(id.epoch());
        return epoch != null && epoch.nonce() == id.nonce();
    }

    boolean currentEpoch(TransactionId id) {
        return id.epoch() == kernel.state.currentEpoch();
    }

    boolean neverMinted(TransactionId id) {
        return id.sequence() == 0 || (currentEpoch(id) && id.sequence() > kernel.lastSequence);
    }

    /**
     * Whether nothing stands in the way of saying something of an id without a record: it was minted here, and no record
     * is known or feared to be missing.
     */
    boolean mayJudge(TransactionId id) {
        return !foreign(id)
                && knownEpoch(id)
                && !neverMinted(id)
                && !kernel.state.inHold()
                && (currentEpoch(id) || !grace.lasts());
    }

    /** What a client is told of an id that has no record. */
    Told ofClient(TransactionId id) {
        if (foreign(id)) {
            return Told.refused(
                    RefusalReason.FOREIGN_ID,
                    "transaction " + id + " was begun at another coordinator; this one is " + kernel.store
                            + " partition " + kernel.partition);
        }
        if (!knownEpoch(id)) {
            return notFound(id, "this store has not run its epoch");
        }
        if (neverMinted(id)) {
            return Told.refused(RefusalReason.NEVER_MINTED, "no transaction was ever begun with the id " + id);
        }
        if (id.flags() != 0) {
            return Told.of(Outcome.UNKNOWN);
        }
        if (currentEpoch(id) || forgotten(id)) {
            return notFound(id, "its outcome is no longer kept");
        }
        if (kernel.state.inHold()) {
            return notFound(id, "the coordinator is in HOLD and presumes nothing");
        }
        if (grace.lasts()) {
            return new Told(
                    Outcome.UNKNOWN,
                    Refusal.retry(
                            RefusalReason.NOT_READY,
                            "the coordinator has just started and is still hearing from its participants; ask again"
                                    + " about transaction " + id,
                            kernel.limits.retryMinMs()));
        }
        return Told.of(Outcome.ROLLED_BACK);
    }

    /** Whether the id is among those whose outcomes are no longer kept. */
    boolean forgotten(TransactionId id) {
        return kernel.state.horizon != null && id.compareTo(kernel.state.horizon) <= 0;
    }

    private static Told notFound(TransactionId id, String why) {
        return Told.refused(RefusalReason.NOT_FOUND, "nothing is known of transaction " + id + ": " + why);
    }
}
