package io.unanimous.coordinator.core;

/** What a branch is doing, as operators see it. */
public enum BranchState {
    ENLISTED,
    PREPARING,
    PREPARED,
    READ_ONLY,
    REFUSED,
    COMMITTING,
    COMMITTED,
    ROLLING_BACK,
    ROLLED_BACK,
    HEURISTIC,
    RESOLVED,
    ONE_PHASE
}
