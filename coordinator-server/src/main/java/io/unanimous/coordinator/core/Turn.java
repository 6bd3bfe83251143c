package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.List;

/**
 * What one turn of the coordinator produced: records to write, and effects, each with the record that it awaits.
 *
 * <p>The loop hands the same turn to several steps and empties it once, so that their records share one write and their
 * messages one frame. Used by one thread at a time.
 */
public final class Turn {

    /**
     * An effect and the number of the log record that must be on disk before it is released; 0 for none.
     *
     * @param effect what to do
     * @param awaits the record
     */
    public record Release(Effect effect, long awaits) {}

    private List<LogRecord> records = new ArrayList<>();
    private List<Release> releases = new ArrayList<>();
    private boolean forced;

    void record(LogRecord record) {
        records.add(record);
        forced |= record.event().durability() == Durability.FORCED;
    }

    void release(Effect effect, long awaits) {
        releases.add(new Release(effect, awaits));
    }

    /** The records to write, in order of their numbers. */
    public List<LogRecord> records() {
        return records;
    }

    /** The effects, in the order in which they are to be released as far as what they await allows. */
    public List<Release> releases() {
        return releases;
    }

    /** Whether any record must be synced. */
    public boolean forced() {
        return forced;
    }

    /** Whether nothing came of it. */
    public boolean isEmpty() {
        return records.isEmpty() && releases.isEmpty();
    }

    /** Makes the turn empty again; the lists handed out before stay as they are. */
    public void clear() {
        records = new ArrayList<>();
        releases = new ArrayList<>();
        forced = false;
    }
}
