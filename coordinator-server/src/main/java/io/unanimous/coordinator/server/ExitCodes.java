package io.unanimous.coordinator.server;

/** With what the daemon's process ends; documented in its help. */
final class ExitCodes {

    /** Stopped as told. */
    static final int OK = 0;
    /** Anything that has no code of its own. */
    static final int FAILED = 1;
    /** The command line is wrong. */
    static final int USAGE = 2;
    /** It cannot listen where it should. */
    static final int CANNOT_LISTEN = 3;
    /** Another process has the store open. */
    static final int STORE_LOCKED = 4;
    /** A newer version of the daemon wrote the store. */
    static final int STORE_NEWER = 5;
    /** The data directory is not one that a store can be kept in. */
    static final int DIRECTORY_UNUSABLE = 6;
    /** The store cannot be read whole. */
    static final int STORE_CORRUPT = 7;
    /** The outcome of a write is not known: a restart reads back what is there. */
    static final int FAULT = 70;

    private ExitCodes() {}
}
