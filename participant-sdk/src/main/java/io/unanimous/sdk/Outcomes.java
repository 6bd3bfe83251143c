package io.unanimous.sdk;

import io.unanimous.v1.HeuristicMark;
import io.unanimous.v1.Outcome;

/** Outcomes from the wire. What a newer coordinator may say and this SDK does not know counts as not known. */
final class Outcomes {

    private Outcomes() {}

    static TransactionOutcome.Status status(Outcome outcome) {
        return switch (outcome) {
            case OUTCOME_IN_PROGRESS -> TransactionOutcome.Status.IN_PROGRESS;
            case OUTCOME_COMMITTED -> TransactionOutcome.Status.COMMITTED;
            case OUTCOME_ROLLED_BACK -> TransactionOutcome.Status.ROLLED_BACK;
            case OUTCOME_UNKNOWN, OUTCOME_UNSPECIFIED, UNRECOGNIZED -> TransactionOutcome.Status.UNKNOWN;
        };
    }

    static TransactionOutcome.Heuristic heuristic(HeuristicMark mark) {
        return switch (mark) {
            case HEURISTIC_MARK_UNSPECIFIED, HEURISTIC_MARK_NONE -> TransactionOutcome.Heuristic.NONE;
            case HEURISTIC_MARK_MIXED -> TransactionOutcome.Heuristic.MIXED;
            case HEURISTIC_MARK_HAZARD, UNRECOGNIZED -> TransactionOutcome.Heuristic.HAZARD;
        };
    }
}
