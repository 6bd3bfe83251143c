package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.Now;

/** A clock that stands still until it is told to move: for tests and for simulations. From any thread. */
public final class ManualClock implements Clock {

    private Now now;

    /** A clock that shows this time. */
    public ManualClock(Now start) {
        now = start;
    }

    /** Moves both clocks forward. */
    public synchronized void advance(long ms) {
        now = new Now(now.monotonicMs() + ms, now.wallMs() + ms);
    }

    /** Sets the wall clock, back too, as an administrator might. */
    public synchronized void setWall(long wallMs) {
        now = new Now(now.monotonicMs(), wallMs);
    }

    @Override
    public synchronized Now read() {
        return now;
    }
}
