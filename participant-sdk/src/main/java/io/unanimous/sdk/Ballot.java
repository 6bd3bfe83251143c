package io.unanimous.sdk;

/**
 * A branch's answer to prepare.
 *
 * @param vote what it votes
 * @param reason why it refuses; empty for other votes. Cut to 512 bytes on the wire
 */
public record Ballot(Vote vote, String reason) {

    private static final Ballot PREPARED = new Ballot(Vote.PREPARED, "");
    private static final Ballot READ_ONLY = new Ballot(Vote.READ_ONLY, "");

    /** What a branch can vote. */
    public enum Vote {
        /** Yes, and durably so: the branch can commit and can roll back, also after a power cut. */
        PREPARED,
        /** Yes, and it changed nothing: it takes no part in the second phase and holds nothing any more. */
        READ_ONLY,
        /** No: the transaction rolls back. The branch is still told to roll back. */
        REFUSED
    }

    /** Yes, and durably so: say it only once the work would survive a power cut. */
    public static Ballot prepared() {
        return PREPARED;
    }

    /** Yes, and nothing was changed: the branch is done. */
    public static Ballot readOnly() {
        return READ_ONLY;
    }

    /** No, and why. */
    public static Ballot refused(String reason) {
        return new Ballot(Vote.REFUSED, reason);
    }
}
