package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import java.util.List;
import java.util.function.Consumer;

/**
 * The durable log of decisions, as one process has it open.
 *
 * <p>The order of use is: {@link #replay}, {@link #findings}, then {@link #append} with the records of the new epoch,
 * {@link #adopt}, and from then on {@link #append} and {@link #prune} as decisions come. One thread at a time replays,
 * appends, prunes, adopts and closes, with a happens-before edge between two threads that follow each other; the
 * other methods answer any thread.
 *
 * <p>Any exception out of replay, append, prune or adopt means that nobody knows what reached the disk. The log then
 * refuses everything but {@link #close}: the caller releases nothing, stops the process, and believes what the next
 * start reads back. A failed write is never tried again, for a repeated sync may succeed without the data being there.
 */
public interface DecisionLog extends AutoCloseable {

    /** Which store this is; known as soon as the log is open. */
    StoreIdentity identity();

    /**
     * Hands every record to {@code sink}, in order of their numbers, once in the life of this object.
     *
     * <p>Before the first record is handed out, everything that was read back stands in newly written, synced files
     * (P8): what is replayed survives a power cut from here on, even if it had only been in the page cache.
     *
     * @throws CorruptLogException when the log cannot be read whole
     * @throws UnknownRecordVersionException when a newer version of this program wrote a record
     */
    void replay(Consumer<LogRecord> sink);

    /**
     * The number of the newest record ever written, as far as the store knows, pruned ones included; 0 for none. Known
     * after {@link #replay}. The next record's number must be greater.
     */
    long lastNumber();

    /**
     * Reasons to start in HOLD (P10): the directory was copied, the store restored, or its newest records are gone.
     * Known after {@link #replay}; the same ones come back at every start until {@link #adopt}.
     */
    List<HoldFinding> findings();

    /**
     * Says that the findings are on record: they are forgotten here, and the directory as it is now is the store's own.
     *
     * <p>Call it once HoldEntered is synced, so that a crash in between finds the evidence in one place or the other.
     * Without findings it changes nothing, so that every start may call it.
     */
    void adopt();

    /**
     * Writes records as one batch: after a crash either all of them are found or none.
     *
     * @param records numbered without gaps, following the last batch; an empty list writes nothing
     * @param sync whether to return only when they, and everything appended before them, are on disk
     */
    void append(List<LogRecord> records, boolean sync);

    /**
     * Deletes records that will never be asked for again. Not synced: a power cut may bring some of them back. Numbers
     * that are not there are passed over.
     */
    void prune(long[] numbers);

    /** Whether the disk is so full that new work should be refused, to keep room for deciding what has begun. Cheap. */
    boolean lowSpace();

    /** What was written since the log was opened. */
    LogCounters counters();

    /** The bytes that the store takes up on disk, without the reserve; walks the directory. */
    long diskBytes();

    /** Closes the log; closing twice is closing once. Unsynced records reach the disk when the system sees fit. */
    @Override
    void close();
}
