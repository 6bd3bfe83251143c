package io.unanimous.coordinator.core;

import java.util.List;
import java.util.UUID;

/** The protocol. */
public final class Coordinator {

    /** A coordinator of one partition of a store that has replayed nothing yet. */
    public Coordinator(Limits limits, UUID store, int partition) {}

    /** Takes in one record read back from the log; records come in order of their numbers, all before start. */
    public void replay(LogRecord record) {}

    /**
     * Begins a new epoch after replay, and takes up what unfinished decisions still owe.
     *
     * <p>Nothing may be released, and no input stepped, before the records in {@code turn} are on disk.
     *
     * @param nonce random, within 0 and 2^30 - 1
     * @param findings reasons to start in HOLD
     */
    public void start(int nonce, List<HoldFinding> findings, Now now, Turn turn) {}

    /** Takes one input: reads state, applies the events that follow, and puts records and effects into the turn. */
    public void step(Input input, Now now, Turn turn) {}

    /** The current epoch; 0 before start. */
    public long epoch() {
        return 0;
    }

    /** The current epoch's nonce. */
    public int nonce() {
        return 0;
    }

    /** When the next Tick has something to do, in monotonic milliseconds; Long.MAX_VALUE for never. */
    public long nextWakeMs() {
        return Long.MAX_VALUE;
    }

    /** The number of the newest record that was handed out; the log's last number. */
    public long lastNumber() {
        return 0;
    }
}
