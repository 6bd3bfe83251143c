package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One transaction as the coordinator knows it. Its protocol fields are changed by {@link CoordinatorState} alone. */
final class Transaction {

    /** Callers that may wait for one transaction; the sixteenth repetition of a request needs no seventeenth. */
    static final int WAITERS_MAX = 16;

    /**
     * A caller that waits for the transaction's end.
     *
     * @param commit whether it asked to commit; else to roll back
     * @param deadlineMs it gets what is known by then
     */
    record Waiter(ReplyTo replyTo, boolean commit, AnswerAt answerAt, long deadlineMs) {}

    final TransactionId id;
    final String initiator;
    final List<Branch> branches = new ArrayList<>(2);

    TransactionState state = TransactionState.ACTIVE;
    HeuristicMark mark = HeuristicMark.NONE;
    boolean noted;
    String byBranch = "";
    String reason = "";
    long timeoutMs;
    long deadlineMs = Branch.NEVER;
    long sinceMs;
    long changedMs;
    long preparingMs;
    long decidedMs;
    long notedMs;
    /** The newest forced record that what is told of this transaction reveals (P6). */
    long lastForced;

    private long[] records = {};

    final List<Waiter> waiters = new ArrayList<>(1);
    boolean awaitsSync;
    long wakeMs = Branch.NEVER;
    /** Where {@link Timers} keeps it; NEVER when it does not. */
    long timerBucket = Branch.NEVER;

    Transaction(TransactionId id, String initiator) {
        this.id = id;
        this.initiator = initiator;
    }

    @Nullable
    Branch branch(BranchName name) {
        for (Branch branch : branches) {
            if (branch.name.equals(name)) {
                return branch;
            }
        }
        return null;
    }

    void addRecord(long number) {
        records = Arrays.copyOf(records, records.length + 1);
        records[records.length - 1] = number;
    }

    long[] records() {
        return records;
    }

    /** Branches that have not acknowledged the outcome. */
    int pending() {
        int pending = 0;
        for (Branch branch : branches) {
            if (branch.owes(state)) {
                pending++;
            }
        }
        return pending;
    }

    int inDoubtBranches() {
        int inDoubt = 0;
        for (Branch branch : branches) {
            if (branch.inDoubt(state)) {
                inDoubt++;
            }
        }
        return inDoubt;
    }

    /** Whether a heuristic outcome has not been taken note of. */
    boolean heuristicOpen() {
        return mark != HeuristicMark.NONE && !noted;
    }

    /** Whether its outcome may be forgotten once it is old enough. */
    boolean prunable() {
        return state.finished() && !heuristicOpen();
    }

    /** What became of it. */
    Outcome outcome() {
        return switch (state) {
            case ACTIVE, PREPARING, ONE_PHASE -> Outcome.IN_PROGRESS;
            case COMMITTING, COMMITTED -> Outcome.COMMITTED;
            case ROLLING_BACK, ROLLED_BACK -> Outcome.ROLLED_BACK;
            case UNKNOWN -> Outcome.UNKNOWN;
        };
    }

    /** The first branch that it waits for; empty for none. */
    String blockedBy() {
        for (Branch branch : branches) {
            boolean blocks = switch (state) {
                case PREPARING -> branch.vote == null;
                case COMMITTING, ROLLING_BACK -> branch.owes(state);
                case ONE_PHASE, UNKNOWN -> !branch.ended();
                case ACTIVE, COMMITTED, ROLLED_BACK -> false;
            };
            if (blocks) {
                return branch.name.toString();
            }
        }
        return "";
    }

    /** Writes what decides how it goes on. */
    void portray(Portrait portrait, Participants participants, long wallMs) {
        portrait.line("transaction")
                .fact(id)
                .fact(initiator)
                .fact(state)
                .fact(mark)
                .fact(noted);
        portrait.fact(byBranch).fact(reason).fact(timeoutMs).fact(lastForced).fact(Arrays.toString(records));
        portrait.fact(awaitsSync).fact(wallMs - Math.max(changedMs, notedMs));
        portrait.moment(state.finished() ? Branch.NEVER : deadlineMs);
        for (Waiter waiter : waiters) {
            portrait.line("waits").fact(waiter.replyTo()).fact(waiter.commit()).fact(waiter.answerAt());
            portrait.moment(waiter.deadlineMs());
        }
        for (Branch branch : branches) {
            branch.portray(portrait, state, participants);
        }
    }

    TransactionSummary summary() {
        return new TransactionSummary(
                id, state, mark, branches.size(), inDoubtBranches(), sinceMs, changedMs, blockedBy(), initiator);
    }
}
