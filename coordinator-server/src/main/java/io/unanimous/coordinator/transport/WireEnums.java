package io.unanimous.coordinator.transport;

import io.unanimous.coordinator.core.BranchAnswer;
import io.unanimous.coordinator.core.BranchState;
import io.unanimous.coordinator.core.HeuristicMark;
import io.unanimous.coordinator.core.Outcome;
import io.unanimous.coordinator.core.TransactionState;
import io.unanimous.coordinator.core.Vote;

/** The core's enums in the words of the wire. */
final class WireEnums {

    private WireEnums() {}

    static io.unanimous.v1.TransactionState state(TransactionState state) {
        return switch (state) {
            case ACTIVE -> io.unanimous.v1.TransactionState.TRANSACTION_STATE_ACTIVE;
            case PREPARING -> io.unanimous.v1.TransactionState.TRANSACTION_STATE_PREPARING;
            case COMMITTING -> io.unanimous.v1.TransactionState.TRANSACTION_STATE_COMMITTING;
            case COMMITTED -> io.unanimous.v1.TransactionState.TRANSACTION_STATE_COMMITTED;
            case ROLLING_BACK -> io.unanimous.v1.TransactionState.TRANSACTION_STATE_ROLLING_BACK;
            case ROLLED_BACK -> io.unanimous.v1.TransactionState.TRANSACTION_STATE_ROLLED_BACK;
            case ONE_PHASE -> io.unanimous.v1.TransactionState.TRANSACTION_STATE_ONE_PHASE;
            case UNKNOWN -> io.unanimous.v1.TransactionState.TRANSACTION_STATE_UNKNOWN;
        };
    }

    static io.unanimous.v1.Outcome outcome(Outcome outcome) {
        return switch (outcome) {
            case IN_PROGRESS -> io.unanimous.v1.Outcome.OUTCOME_IN_PROGRESS;
            case COMMITTED -> io.unanimous.v1.Outcome.OUTCOME_COMMITTED;
            case ROLLED_BACK -> io.unanimous.v1.Outcome.OUTCOME_ROLLED_BACK;
            case UNKNOWN -> io.unanimous.v1.Outcome.OUTCOME_UNKNOWN;
        };
    }

    static io.unanimous.v1.HeuristicMark mark(HeuristicMark mark) {
        return switch (mark) {
            case NONE -> io.unanimous.v1.HeuristicMark.HEURISTIC_MARK_NONE;
            case HAZARD -> io.unanimous.v1.HeuristicMark.HEURISTIC_MARK_HAZARD;
            case MIXED -> io.unanimous.v1.HeuristicMark.HEURISTIC_MARK_MIXED;
        };
    }

    static io.unanimous.v1.BranchAnswer answer(BranchAnswer answer) {
        return switch (answer) {
            case COMMIT -> io.unanimous.v1.BranchAnswer.BRANCH_ANSWER_COMMIT;
            case ROLLBACK -> io.unanimous.v1.BranchAnswer.BRANCH_ANSWER_ROLLBACK;
            case IN_PROGRESS -> io.unanimous.v1.BranchAnswer.BRANCH_ANSWER_IN_PROGRESS;
            case LEAVE -> io.unanimous.v1.BranchAnswer.BRANCH_ANSWER_LEAVE;
            case SCAN_AGAIN -> io.unanimous.v1.BranchAnswer.BRANCH_ANSWER_SCAN_AGAIN;
        };
    }

    static io.unanimous.v1.BranchState branchState(BranchState state) {
        return switch (state) {
            case ENLISTED -> io.unanimous.v1.BranchState.BRANCH_STATE_ENLISTED;
            case PREPARING -> io.unanimous.v1.BranchState.BRANCH_STATE_PREPARING;
            case PREPARED -> io.unanimous.v1.BranchState.BRANCH_STATE_PREPARED;
            case READ_ONLY -> io.unanimous.v1.BranchState.BRANCH_STATE_READ_ONLY;
            case REFUSED -> io.unanimous.v1.BranchState.BRANCH_STATE_REFUSED;
            case COMMITTING -> io.unanimous.v1.BranchState.BRANCH_STATE_COMMITTING;
            case COMMITTED -> io.unanimous.v1.BranchState.BRANCH_STATE_COMMITTED;
            case ROLLING_BACK -> io.unanimous.v1.BranchState.BRANCH_STATE_ROLLING_BACK;
            case ROLLED_BACK -> io.unanimous.v1.BranchState.BRANCH_STATE_ROLLED_BACK;
            case HEURISTIC -> io.unanimous.v1.BranchState.BRANCH_STATE_HEURISTIC;
            case RESOLVED -> io.unanimous.v1.BranchState.BRANCH_STATE_RESOLVED;
            case ONE_PHASE -> io.unanimous.v1.BranchState.BRANCH_STATE_ONE_PHASE;
        };
    }

    static io.unanimous.v1.Vote vote(Vote vote) {
        return switch (vote) {
            case PREPARED -> io.unanimous.v1.Vote.VOTE_PREPARED;
            case READ_ONLY -> io.unanimous.v1.Vote.VOTE_READ_ONLY;
            case REFUSED -> io.unanimous.v1.Vote.VOTE_REFUSED;
        };
    }
}
