package io.unanimous.bench.databases;

import java.nio.ByteBuffer;
import javax.transaction.xa.Xid;

/** The name of a hand-driven branch: the number of its transaction, and its database. */
record BranchXid(long transaction, int database) implements Xid {

    private static final int FORMAT = 0x42454e43;

    @Override
    public int getFormatId() {
        return FORMAT;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return ByteBuffer.allocate(Long.BYTES).putLong(transaction).array();
    }

    @Override
    public byte[] getBranchQualifier() {
        return new byte[] {(byte) database};
    }
}
