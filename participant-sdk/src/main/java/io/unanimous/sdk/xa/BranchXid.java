package io.unanimous.sdk.xa;

import io.unanimous.sdk.BranchId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.transaction.xa.Xid;

/**
 * A branch's name as XA writes it: our format id, the transaction's id as gtrid, the branch's name as bqual, both in
 * ASCII (P12). Where the database asks for it ({@link Database#xidTellsSession}), the bqual goes on with "~" and the
 * session that prepares, so that it can be read wherever the branch is listed. Immutable; drivers compare it with
 * {@link #equals}, and some keep it.
 */
final class BranchXid implements Xid {

    /** "UNAN": tells our branches from those of other transaction systems on the same server. */
    static final int FORMAT_ID = 0x554E414E;

    /** With the longest names just what XA allows for a bqual, with one byte to spare. */
    static final int SESSION_LENGTH_MAX = 13;

    /** No branch's name contains it. */
    private static final char SESSION_MARK = '~';

    private static final Pattern SESSION = Pattern.compile("[0-9a-z]{1," + SESSION_LENGTH_MAX + "}");

    private final BranchId id;
    private final String session;
    private final byte[] gtrid;
    private final byte[] bqual;

    /** Without a session. */
    BranchXid(BranchId id) {
        this(id, "");
    }

    /** @param session how the server's sessions are told apart, {@link Database#session}; empty for none */
    BranchXid(BranchId id, String session) {
        if (!session.isEmpty() && !SESSION.matcher(session).matches()) {
            throw new IllegalArgumentException("Not a session that an xid can tell: " + session);
        }
        this.id = id;
        this.session = session;
        this.gtrid = id.transactionId().getBytes(StandardCharsets.US_ASCII);
        this.bqual = (session.isEmpty() ? id.branch() : id.branch() + SESSION_MARK + session)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * What a scanned xid says, if it is one of ours and of this resource. What another coordinator's, another
     * resource's or a foreign system's branch is called on a shared server never reaches the protocol.
     */
    static Optional<BranchXid> scanned(Xid xid, String resource) {
        if (xid.getFormatId() != FORMAT_ID) {
            return Optional.empty();
        }
        String bqual = new String(xid.getBranchQualifier(), StandardCharsets.US_ASCII);
        if (!bqual.startsWith(resource + "/")) {
            return Optional.empty();
        }
        int mark = bqual.indexOf(SESSION_MARK);
        String branch = mark < 0 ? bqual : bqual.substring(0, mark);
        String session = mark < 0 ? "" : bqual.substring(mark + 1);
        if (mark >= 0 && session.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BranchXid(
                    new BranchId(new String(xid.getGlobalTransactionId(), StandardCharsets.US_ASCII), branch),
                    session));
        } catch (IllegalArgumentException notOurs) {
            // The format id and the prefix are right and the rest is not: nobody's but its maker's to touch.
            return Optional.empty();
        }
    }

    BranchId id() {
        return id;
    }

    /** The session that prepares or prepared the branch; empty if the xid does not tell it. */
    String session() {
        return session;
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
