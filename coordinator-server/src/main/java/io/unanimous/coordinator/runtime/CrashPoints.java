package io.unanimous.coordinator.runtime;

/** Told when a crash point is reached. Tests stop the process there; the production daemon has {@link #NONE}. */
public interface CrashPoints {

    /** Nothing happens anywhere, and nothing is looked for. */
    CrashPoints NONE = point -> {};

    /**
     * A point is reached. Called by the thread that reached it, before it goes on: the loop's, the log's, or at start
     * the one that starts.
     */
    void reached(CrashPoint point);
}
