package io.unanimous.coordinator.core;

/** How a command went at the resource. */
public enum AckResult {
    /** Done as told, now or before. */
    DONE,
    /** Not done, or not known: send it again later. */
    RETRY,
    /** The resource had committed on its own. */
    HEURISTIC_COMMITTED,
    /** The resource had rolled back on its own. */
    HEURISTIC_ROLLED_BACK,
    /** The resource had committed a part. */
    HEURISTIC_MIXED,
    /** The resource cannot tell what it did. */
    HEURISTIC_HAZARD,
    /** One phase only: the resource rolled back. */
    ROLLED_BACK,
    /** One phase only: the answer was lost between participant and resource. */
    UNKNOWN;

    /** Whether the resource acted on its own. */
    boolean heuristic() {
        return switch (this) {
            case HEURISTIC_COMMITTED, HEURISTIC_ROLLED_BACK, HEURISTIC_MIXED, HEURISTIC_HAZARD -> true;
            case DONE, RETRY, ROLLED_BACK, UNKNOWN -> false;
        };
    }
}
