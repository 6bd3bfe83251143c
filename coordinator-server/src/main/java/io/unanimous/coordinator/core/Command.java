package io.unanimous.coordinator.core;

/** The command that an acknowledgement answers. */
public enum Command {
    COMMIT,
    ROLLBACK,
    FORGET,
    COMMIT_ONE_PHASE
}
