package io.unanimous.sdk.xa;

import io.unanimous.sdk.BranchId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import javax.transaction.xa.Xid;

/**
 * A branch's name as XA writes it: our format id, the transaction's id as gtrid, the branch's name as bqual, both in
 * ASCII (P12). Immutable; drivers compare it with {@link #equals}, and some keep it.
 */
final class BranchXid implements Xid {

    /** "UNAN": tells our branches from those of other transaction systems on the same server. */
    static final int FORMAT_ID = 0x554E414E;

    private final BranchId id;
    private final byte[] gtrid;
    private final byte[] bqual;

    BranchXid(BranchId id) {
        this.id = id;
        this.gtrid = id.transactionId().getBytes(StandardCharsets.US_ASCII);
        this.bqual = id.branch().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The branch that a scanned xid names, if it is one of ours and of this resource. What another coordinator's, another
     * resource's or a foreign system's branch is called on a shared server never reaches the protocol.
     */
    static Optional<BranchId> branchOf(Xid xid, String resource) {
        if (xid.getFormatId() != FORMAT_ID) {
            return Optional.empty();
        }
        String branch = new String(xid.getBranchQualifier(), StandardCharsets.US_ASCII);
        if (!branch.startsWith(resource + "/")) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new BranchId(new String(xid.getGlobalTransactionId(), StandardCharsets.US_ASCII), branch));
        } catch (IllegalArgumentException notOurs) {
            // The format id and the prefix are right and the rest is not: nobody's but its maker's to touch.
            return Optional.empty();
        }
    }

    BranchId id() {
        return id;
    }

    @Override
    public int getFormatId() {
        return FORMAT_ID;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return gtrid.clone();
    }

    @Override
    public byte[] getBranchQualifier() {
        return bqual.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Xid xid
                && xid.getFormatId() == FORMAT_ID
                && Arrays.equals(gtrid, xid.getGlobalTransactionId())
                && Arrays.equals(bqual, xid.getBranchQualifier());
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(gtrid) + Arrays.hashCode(bqual);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
