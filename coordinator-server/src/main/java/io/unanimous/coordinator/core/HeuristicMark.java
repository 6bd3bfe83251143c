package io.unanimous.coordinator.core;

/** Whether a resource went against the decision. */
public enum HeuristicMark {
    /** Every branch followed it, as far as is known. */
    NONE,
    /** Some branch may contradict it: its resource cannot tell. */
    HAZARD,
    /** Some branch contradicts it. */
    MIXED;

    /** What an operator's finding means beside an outcome. */
    static HeuristicMark of(Outcome decided, Resolution found) {
        return switch (found) {
            case GONE -> HAZARD;
            case COMMITTED -> decided == Outcome.ROLLED_BACK ? MIXED : NONE;
            case ROLLED_BACK -> decided == Outcome.COMMITTED ? MIXED : NONE;
        };
    }

    /** What a branch's answer means beside an outcome. */
    static HeuristicMark of(Outcome decided, AckResult answered) {
        return switch (answered) {
            case HEURISTIC_MIXED -> MIXED;
            case HEURISTIC_HAZARD -> HAZARD;
            case HEURISTIC_COMMITTED -> decided == Outcome.COMMITTED ? NONE : MIXED;
            case HEURISTIC_ROLLED_BACK, ROLLED_BACK -> decided == Outcome.COMMITTED ? MIXED : NONE;
            case DONE, RETRY, UNKNOWN -> NONE;
        };
    }
}
