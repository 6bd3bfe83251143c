package io.unanimous.sdk;

/**
 * Names one branch: one resource's work in one transaction.
 *
 * @param transactionId the transaction's full id, 60 characters
 * @param branch "resource/suffix": the resource is 1 to 32 bytes of {@code [a-z0-9._-]}, the suffix 1 to 16 bytes of
 *     {@code [a-z0-9]}
 */
public record BranchId(String transactionId, String branch) {

    /** The factor of the 32-bit hash by Fowler, Noll and Vo (FNV-1a). */
    private static final int FNV_PRIME = 0x01000193;

    /** @throws IllegalArgumentException if either part is malformed */
    public BranchId {
        Names.requireTransactionId(transactionId);
        Names.requireBranch(branch);
    }

    /** Names the branch of {@code resource} with this suffix. */
    public static BranchId of(String transactionId, String resource, String suffix) {
        return new BranchId(transactionId, resource + "/" + suffix);
    }

    /** The resource that the branch belongs to. */
    public String resource() {
        return branch.substring(0, branch.indexOf('/'));
    }

    /** What tells this branch from others of its transaction and resource. */
    public String suffix() {
        return branch.substring(branch.indexOf('/') + 1);
    }

    /**
     * As good for ids that follow one another as for any. {@link String#hashCode} is not: an id counts in base 32, and its
     * factor of 31 gives neighbours the same hash.
     */
    @Override
    public int hashCode() {
        int hash = branch.hashCode();
        for (int i = Names.COUNTING_START; i < transactionId.length(); i++) {
            hash = (hash ^ transactionId.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }

    /** "transaction id resource/suffix", as logs and messages show it. */
    @Override
    public String toString() {
        return transactionId + " " + branch;
    }
}
