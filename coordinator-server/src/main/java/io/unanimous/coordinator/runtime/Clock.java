package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.Now;

/** Tells the time; read once in a turn. */
public interface Clock {

    /** The time now. From any thread. */
    Now read();
}
