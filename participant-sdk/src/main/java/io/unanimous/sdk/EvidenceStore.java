package io.unanimous.sdk;

import io.unanimous.v1.LogPosition;
import java.io.IOException;
import java.util.List;

/**
 * Where evidence outlives the process: what of each coordinator's log this process has seen. The calls never overlap.
 */
public interface EvidenceStore {

    /**
     * What was seen of one partition of one coordinator.
     *
     * @param position the position that stands
     * @param highestEpoch the highest epoch seen: nothing of a lower one is obeyed
     */
    record Seen(LogPosition position, long highestEpoch) {}

    /**
     * What was written last; empty if nothing ever was.
     *
     * @throws IOException if it cannot be read, or is damaged
     */
    List<Seen> read() throws IOException;

    /**
     * Replaces what was written before; returns when it would survive a power cut.
     *
     * @throws IOException if that is not certain
     */
    void write(List<Seen> seen) throws IOException;

    /** Gives it back to whoever opens it next. */
    void close() throws IOException;
}
