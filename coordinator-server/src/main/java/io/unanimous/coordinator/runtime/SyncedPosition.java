package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.LogPosition;
import java.util.UUID;

/**
 * How far the log is known to be on disk: what messages carry (P10).
 *
 * <p>Written by one thread at a time, first by the one that starts the daemon and then by the log's; read by all.
 */
public final class SyncedPosition {

    private final UUID store;
    private final int partition;
    private volatile LogPosition position;

    /** A position of a store that runs no epoch yet. */
    public SyncedPosition(UUID store, int partition) {
        this.store = store;
        this.partition = partition;
        position = new LogPosition(store, partition, 0, 0, 0);
    }

    /** A new epoch is on disk, its record at this number. */
    public void epochBegan(long epoch, int nonce, long number) {
        position = new LogPosition(store, partition, epoch, nonce, number);
    }

    /** Every record up to this number is on disk. */
    void advance(long number) {
        LogPosition last = position;
        if (number < last.number()) {
            throw new IllegalStateException("the log is on disk up to " + last.number() + " and now up to " + number);
        }
        position = new LogPosition(store, partition, last.epoch(), last.nonce(), number);
    }

    /** The position that may be told now. */
    public LogPosition get() {
        return position;
    }
}
