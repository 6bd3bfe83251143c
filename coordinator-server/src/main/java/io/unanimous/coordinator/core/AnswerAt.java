package io.unanimous.coordinator.core;

/** When a request to commit or roll back is answered. */
public enum AnswerAt {
    /** When every branch has acknowledged. */
    ALL_ACKNOWLEDGED,
    /** When the decision may be told. */
    DECISION
}
