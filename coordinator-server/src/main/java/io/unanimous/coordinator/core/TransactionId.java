package io.unanimous.coordinator.core;

import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * Names one transaction for ever: store, partition, epoch with its nonce, sequence, and flags (P1).
 *
 * <p>Its text is 60 characters of lower-case Crockford base 32, six fields of fixed width parted by dashes, so that
 * texts sort as ids do. No id is minted twice: the epoch is forced to disk before its first use, and the nonce tells
 * apart two copies of a store that run the same epoch.
 */
public final class TransactionId implements Comparable<TransactionId> {

    /** The length of every id's text. */
    public static final int TEXT_LENGTH = 60;

    /** The flag of an id whose transaction allows a one-phase commit. */
    public static final int ALLOWS_ONE_PHASE = 1;

    /** The flag of an id whose transaction allows to commit unlogged when every branch was read-only. */
    public static final int ALLOWS_UNLOGGED_READ_ONLY = 2;

    /** The highest partition, epoch, nonce, sequence and flags that the text has room for. */
    static final long PARTITION_MAX = (1L << 10) - 1;

    static final long EPOCH_MAX = (1L << 50) - 1;
    static final long NONCE_MAX = (1L << 30) - 1;
    static final long SEQUENCE_MAX = (1L << 50) - 1;
    static final long FLAGS_MAX = ALLOWS_ONE_PHASE | ALLOWS_UNLOGGED_READ_ONLY;

    private static final char[] DIGITS = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final byte[] VALUES = new byte[128];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int value = 0; value < DIGITS.length; value++) {
            VALUES[DIGITS[value]] = (byte) value;
        }
    }

    /** The two halves of the store's UUID: kept here, since ids are compared far more often than their store is asked for. */
    private final long storeHigh;

    private final long storeLow;
    private final int partition;
    private final long epoch;
    private final int nonce;
    private final long sequence;
    private final int flags;
    private final String text;

    private TransactionId(
            long storeHigh,
            long storeLow,
            int partition,
            long epoch,
            int nonce,
            long sequence,
            int flags,
            String text) {
        this.storeHigh = storeHigh;
        this.storeLow = storeLow;
        this.partition = partition;
        this.epoch = epoch;
        this.nonce = nonce;
        this.sequence = sequence;
        this.flags = flags;
        this.text = text;
    }

    /** An id from its fields; throws IllegalArgumentException for a field out of range. */
    public static TransactionId of(UUID store, int partition, long epoch, int nonce, long sequence, int flags) {
        requireRange("partition", partition, PARTITION_MAX);
        requireRange("epoch", epoch, EPOCH_MAX);
        requireRange("nonce", nonce, NONCE_MAX);
        requireRange("sequence", sequence, SEQUENCE_MAX);
        requireRange("flags", flags, FLAGS_MAX);
        char[] chars = new char[TEXT_LENGTH];
        long hi = store.getMostSignificantBits();
        long lo = store.getLeastSignificantBits();
        // 128 bits in 26 digits: two spare bits stand in front.
        for (int i = 25; i >= 0; i--) {
            chars[i] = DIGITS[(int) (lo & 31)];
            lo = (lo >>> 5) | (hi << 59);
            hi >>>= 5;
        }
        chars[26] = '-';
        digits(chars, 27, 2, partition);
        chars[29] = '-';
        digits(chars, 30, 10, epoch);
        chars[40] = '-';
        digits(chars, 41, 6, nonce);
        chars[47] = '-';
        digits(chars, 48, 10, sequence);
        chars[58] = '-';
        digits(chars, 59, 1, flags);
        return new TransactionId(
                store.getMostSignificantBits(),
                store.getLeastSignificantBits(),
                partition,
                epoch,
                nonce,
                sequence,
                flags,
                new String(chars));
    }

    /** Reads an id's text; empty when it is not one. */
    public static Optional<TransactionId> parse(String text) {
        if (text.length() != TEXT_LENGTH
                || text.charAt(26) != '-'
                || text.charAt(29) != '-'
                || text.charAt(40) != '-'
                || text.charAt(47) != '-'
                || text.charAt(58) != '-') {
            return Optional.empty();
        }
        long hi = 0;
        long lo = 0;
        for (int i = 0; i < 26; i++) {
            int value = value(text.charAt(i));
            if (value < 0 || (i == 0 && value > 7)) {
                return Optional.empty();
            }
            hi = (hi << 5) | (lo >>> 59);
            lo = (lo << 5) | value;
        }
        long partition = number(text, 27, 29);
        long epoch = number(text, 30, 40);
        long nonce = number(text, 41, 47);
        long sequence = number(text, 48, 58);
        long flags = number(text, 59, 60);
        if (partition < 0 || epoch < 0 || nonce < 0 || sequence < 0 || flags < 0 || flags > FLAGS_MAX) {
            return Optional.empty();
        }
        return Optional.of(new TransactionId(hi, lo, (int) partition, epoch, (int) nonce, sequence, (int) flags, text));
    }

    private static void requireRange(String field, long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(field + " must lie within 0 and " + max + ", not " + value);
        }
    }

    private static void digits(char[] chars, int from, int width, long number) {
        long rest = number;
        for (int i = from + width - 1; i >= from; i--) {
            chars[i] = DIGITS[(int) (rest & 31)];
            rest >>>= 5;
        }
    }

    private static long number(String text, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            int value = value(text.charAt(i));
            if (value < 0) {
                return -1;
            }
            number = (number << 5) | value;
        }
        return number;
    }

    private static int value(char digit) {
        return digit < 128 ? VALUES[digit] : -1;
    }

    /** The store of the coordinator that minted it. */
    public UUID store() {
        return new UUID(storeHigh, storeLow);
    }

    /** The partition of that store. */
    public int partition() {
        return partition;
    }

    /** The epoch in which it was minted. */
    public long epoch() {
        return epoch;
    }

    /** That epoch's random nonce. */
    public int nonce() {
        return nonce;
    }

    /** Its number within the epoch, from 1. */
    public long sequence() {
        return sequence;
    }

    /** The shortcuts that its transaction allows. */
    public int flags() {
        return flags;
    }

    /** Whether its transaction allows a one-phase commit. */
    public boolean allowsOnePhase() {
        return (flags & ALLOWS_ONE_PHASE) != 0;
    }

    /** Whether its transaction allows to commit unlogged when every branch was read-only. */
    public boolean allowsUnloggedReadOnly() {
        return (flags & ALLOWS_UNLOGGED_READ_ONLY) != 0;
    }

    @Override
    public int compareTo(TransactionId other) {
        int order = Long.compareUnsigned(storeHigh, other.storeHigh);
        if (order == 0) {
            order = Long.compareUnsigned(storeLow, other.storeLow);
        }
        if (order == 0) {
            order = Integer.compare(partition, other.partition);
        }
        if (order == 0) {
            order = Long.compare(epoch, other.epoch);
        }
        if (order == 0) {
            order = Integer.compare(nonce, other.nonce);
        }
        if (order == 0) {
            order = Long.compare(sequence, other.sequence);
        }
        return order == 0 ? Integer.compare(flags, other.flags) : order;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TransactionId that
                && sequence == that.sequence
                && epoch == that.epoch
                && nonce == that.nonce
                && flags == that.flags
                && partition == that.partition
                && storeHigh == that.storeHigh
                && storeLow == that.storeLow;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(epoch + nonce) + Long.hashCode(sequence);
    }

    /** The id's text. */
    @Override
    public String toString() {
        return text;
    }
}
