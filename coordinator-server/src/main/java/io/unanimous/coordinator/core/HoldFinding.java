package io.unanimous.coordinator.core;

/**
 * One reason to believe that records of this store were lost, or that another copy of it runs (P10).
 *
 * @param kind what was found
 * @param epoch the epoch that it concerns; 0 when none
 * @param nonce that epoch's nonce
 * @param number the log number or sequence that was seen
 * @param text for people: who reported what, and what it means
 */
public record HoldFinding(Kind kind, long epoch, int nonce, long number, String text) {

    /** What was found. */
    public enum Kind {
        /** Somebody has seen an epoch that this store never ran. */
        EPOCH_UNKNOWN,
        /** Somebody has seen a log number that this store never reached in that epoch. */
        RECORDS_LOST,
        /** Somebody holds an id of the current epoch that was never minted. */
        NEVER_MINTED,
        /** The data directory is not the one that the store was written in. */
        DIRECTORY_COPIED,
        /** The store was put back from a backup by our own command. */
        RESTORED
    }
}
