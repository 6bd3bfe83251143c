package io.unanimous.coordinator.core;

/** A branch's answer to prepare. */
public enum Vote {
    /** Yes, durably. */
    PREPARED,
    /** Yes, and it changed nothing. */
    READ_ONLY,
    /** No. */
    REFUSED
}
