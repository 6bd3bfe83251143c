package io.unanimous.coordinator.log;

import java.nio.file.Path;

/**
 * Where a store is kept, and how much of the disk it keeps free.
 *
 * @param directory the data directory; created if it is not there, provided that its parent is
 * @param partition the partition of a store created now; an existing one must be of this partition
 * @param reserveBytes how much disk is set aside, and given up for decisions when the disk is full; 0 for none
 * @param lowSpaceBytes new work is refused while less than this is free
 */
public record StoreOptions(Path directory, int partition, long reserveBytes, long lowSpaceBytes) {

    /** The default for {@code reserveBytes}: 64 MiB. */
    public static final long RESERVE_BYTES_DEFAULT = 64L << 20;

    /** The default for {@code lowSpaceBytes}: 256 MiB. */
    public static final long LOW_SPACE_BYTES_DEFAULT = 256L << 20;

    /** Throws IllegalArgumentException for a negative number. */
    public StoreOptions {
        if (partition < 0 || reserveBytes < 0 || lowSpaceBytes < 0) {
            throw new IllegalArgumentException("partition, reserveBytes and lowSpaceBytes must not be negative");
        }
    }

    /** The defaults, with partition 0. */
    public static StoreOptions of(Path directory) {
        return new StoreOptions(directory, 0, RESERVE_BYTES_DEFAULT, LOW_SPACE_BYTES_DEFAULT);
    }
}
