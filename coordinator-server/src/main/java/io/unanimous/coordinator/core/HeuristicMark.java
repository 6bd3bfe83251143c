package io.unanimous.coordinator.core;

/** Whether a resource went against the decision. */
public enum HeuristicMark {
    /** Every branch followed it, as far as is known. */
    NONE,
    /** Some branch may contradict it: its resource cannot tell. */
    HAZARD,
    /** Some branch contradicts it. */
    MIXED
}
