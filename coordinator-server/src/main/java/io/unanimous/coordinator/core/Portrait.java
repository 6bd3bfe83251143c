package io.unanimous.coordinator.core;

import org.jspecify.annotations.Nullable;

/**
 * A canonical text of everything on which a coordinator's next steps depend, gathered from its parts, each of which writes
 * its own.
 *
 * <p>Times stand relative to the last step's, and those that have passed are all the same: so two coordinators that differ
 * in the hour alone have one portrait. What is only shown, counters and times of the past, is left out. Used by one thread.
 */
final class Portrait {

    private final StringBuilder text = new StringBuilder(512);
    private final long nowMs;

    Portrait(long nowMs) {
        this.nowMs = nowMs;
    }

    /** Begins a line. */
    Portrait line(String name) {
        text.append('\n').append(name);
        return this;
    }

    /** Adds one fact to the line. */
    Portrait fact(@Nullable Object value) {
        text.append(' ').append(value);
        return this;
    }

    /** Adds a number to the line. */
    Portrait fact(long value) {
        text.append(' ').append(value);
        return this;
    }

    /** Adds a moment to the line: what is left until then, 0 once it has come. */
    Portrait moment(long ms) {
        text.append(' ');
        if (ms == Branch.NEVER) {
            text.append("never");
        } else {
            text.append(Math.max(0, ms - nowMs));
        }
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
