package io.unanimous.coordinator.core;

/** What an event needs before anybody may hear of it. */
public enum Durability {
    /** On disk, synced. */
    FORCED,
    /** Written without a sync of its own: lost in a power cut, it is found out anew. */
    LAZY,
    /** Never written: a restart forgets it, by design. */
    TRANSIENT
}
