package io.unanimous.coordinator.core;

/** What an operator verified at the resource about one branch (P14). */
public enum Resolution {
    /** Committed. */
    COMMITTED,
    /** Rolled back. */
    ROLLED_BACK,
    /** The resource is gone for ever, and nobody can tell. */
    GONE
}
