package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.Now;
import java.util.concurrent.TimeUnit;

/** The machine's clocks: durations come from the one that never jumps, the wall clock is for people alone. */
public final class SystemClock implements Clock {

    @Override
    public Now read() {
        return new Now(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), System.currentTimeMillis());
    }
}
