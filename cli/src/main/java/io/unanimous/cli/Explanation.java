package io.unanimous.cli;

import io.unanimous.v1.BranchDetail;
import io.unanimous.v1.BranchState;
import io.unanimous.v1.DescribeTransactionResponse;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.TransactionSummary;
import io.unanimous.v1.Vote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Why a transaction stands where it stands, and which action is safe, in words for somebody who is woken at night.
 *
 * @param summary where it stands
 * @param decision what was decided and when
 * @param waitsFor what each branch that blocks does; empty when none does
 * @param actions what to do, the safest first
 */
record Explanation(String summary, String decision, List<Blocking> waitsFor, List<Action> actions) {
    /** A branch that the transaction waits for. */
    record Blocking(String branch, String text, String lastError) {}

    /**
     * Something that an operator can do.
     *
     * @param when what it is for and when it is right
     * @param command ready to paste; empty when there is nothing to type
     */
    record Action(String when, String command) {}

    /** @param pasted options that a command needs to reach the same coordinator, with a blank before each */
    static Explanation of(DescribeTransactionResponse description, String pasted, Instant now) {
        List<BranchDetail> blocking = new ArrayList<>();
        for (BranchDetail branch : description.getBranchesList()) {
            if (blocks(branch, description.getSummary())) {
                blocking.add(branch);
            }
        }
        List<Blocking> waitsFor = new ArrayList<>();
        for (BranchDetail branch : blocking) {
            waitsFor.add(new Blocking(branch.getBranch(), text(branch), branch.getLastError()));
        }
        return new Explanation(
                summary(description, now),
                decision(description, now),
                List.copyOf(waitsFor),
                new Actions(description, blocking, pasted).list());
    }

    Value.Fields document() {
        List<Value> blocking = new ArrayList<>();
        for (Blocking branch : waitsFor) {
            blocking.add(new Value.Fields()
                    .with("branch", Value.of(branch.branch))
                    .with("text", Value.of(branch.text))
                    .with("lastError", Value.of(branch.lastError)));
        }
        List<Value> offered = new ArrayList<>();
        for (Action action : actions) {
            offered.add(
                    new Value.Fields().with("when", Value.of(action.when)).with("command", Value.of(action.command)));
        }
        return new Value.Fields()
                .with("summary", Value.of(summary))
                .with("decision", Value.of(decision))
                .with("waitsFor", new Value.Items(blocking))
                .with("actions", new Value.Items(offered));
    }

    private static String summary(DescribeTransactionResponse description, Instant now) {
        TransactionSummary summary = description.getSummary();
        String initiator = summary.getInitiator().isEmpty() ? "" : " by " + summary.getInitiator();
        String changed =
                summary.getChangedUnixMs() == 0 ? "" : " for " + Durations.since(summary.getChangedUnixMs(), now);
        String heuristic = Summaries.heuristic(summary);
        return "It is " + ShowCommand.state(description) + changed
                + (summary.getSinceUnixMs() == 0
                        ? ""
                        : "; begun" + initiator + " " + Durations.since(summary.getSinceUnixMs(), now) + " ago")
                + "."
                + (heuristic.isEmpty()
                        ? ""
                        : " Its heuristic outcome is " + heuristic + ": a resource went, or may"
                                + " have gone, against the decision.");
    }

    private static String decision(DescribeTransactionResponse description, Instant now) {
        String when = description.getDecidedUnixMs() == 0
                ? ""
                : ", decided " + Durations.momentAndAge(description.getDecidedUnixMs(), now);
        String why = description.getReason().isEmpty() ? "" : ": " + description.getReason();
        return switch (description.getSummary().getState()) {
            case TRANSACTION_STATE_ACTIVE -> "None yet: commit was not requested.";
            case TRANSACTION_STATE_PREPARING -> "None yet: votes are being gathered.";
            case TRANSACTION_STATE_ONE_PHASE -> "Left to the only branch, which was told to commit in one phase.";
            case TRANSACTION_STATE_UNKNOWN ->
                "Nobody but the resource knows: the answer to a one-phase commit was lost.";
            case TRANSACTION_STATE_COMMITTING, TRANSACTION_STATE_COMMITTED ->
                "Commit" + when + ". The record is durable, and nothing turns it round.";
            case TRANSACTION_STATE_ROLLING_BACK, TRANSACTION_STATE_ROLLED_BACK ->
                description.getPresumed()
                        ? "Rollback, by presumption: a transaction without a record was never committed."
                        : "Rollback" + when + why + ".";
            case TRANSACTION_STATE_UNSPECIFIED, UNRECOGNIZED -> "This program is too old to tell.";
        };
    }

    /** Whether the transaction waits for this branch, be it for a vote, an acknowledgement or an operator's look. */
    private static boolean blocks(BranchDetail branch, TransactionSummary summary) {
        if (branch.getState() == BranchState.BRANCH_STATE_HEURISTIC) {
            return !branch.getAcknowledged();
        }
        // In a finished transaction a branch may still not know: it is told when it asks, and nobody waits for it.
        return !isFinished(summary.getState())
                && switch (branch.getState()) {
                    case BRANCH_STATE_PREPARING,
                            BRANCH_STATE_COMMITTING,
                            BRANCH_STATE_ROLLING_BACK,
                            BRANCH_STATE_ONE_PHASE -> true;
                    case BRANCH_STATE_PREPARED ->
                        branch.getInDoubt() && summary.getState() != TransactionState.TRANSACTION_STATE_PREPARING;
                    case BRANCH_STATE_UNSPECIFIED,
                            BRANCH_STATE_ENLISTED,
                            BRANCH_STATE_READ_ONLY,
                            BRANCH_STATE_REFUSED,
                            BRANCH_STATE_COMMITTED,
                            BRANCH_STATE_ROLLED_BACK,
                            BRANCH_STATE_HEURISTIC,
                            BRANCH_STATE_RESOLVED,
                            UNRECOGNIZED -> branch.getInDoubt();
                };
    }

    private static boolean isFinished(TransactionState state) {
        return state == TransactionState.TRANSACTION_STATE_COMMITTED
                || state == TransactionState.TRANSACTION_STATE_ROLLED_BACK;
    }

    private static String text(BranchDetail branch) {
        if (branch.getState() == BranchState.BRANCH_STATE_HEURISTIC) {
            return "its resource decided by itself" + (branch.getFinding().isEmpty() ? "" : ": " + branch.getFinding());
        }
        StringBuilder text = new StringBuilder(owed(branch));
        if (branch.getInDoubt()) {
            text.append("; in doubt, so that its locks may be held");
        }
        if (branch.getNextRetryInMs() > 0) {
            text.append("; next try in ").append(Durations.brief(branch.getNextRetryInMs()));
        }
        if (branch.getEnlisterConnected()) {
            text.append("; the process that did the work is connected");
        } else if (branch.getResourceConnected()) {
            text.append("; the process that did the work is gone, another one for ")
                    .append(branch.getResource())
                    .append(" is connected");
        } else {
            text.append("; nobody is connected for ").append(branch.getResource());
        }
        return text.toString();
    }

    private static String owed(BranchDetail branch) {
        String times = switch (branch.getAttempts()) {
            case 0 -> "not yet";
            case 1 -> "once";
            default -> Integer.toUnsignedString(branch.getAttempts()) + " times";
        };
        return switch (branch.getState()) {
            case BRANCH_STATE_PREPARING -> "asked " + times + " to vote, no vote yet";
            case BRANCH_STATE_COMMITTING -> "told " + times + " to commit, not acknowledged";
            case BRANCH_STATE_ROLLING_BACK -> "told " + times + " to roll back, not acknowledged";
            case BRANCH_STATE_ONE_PHASE -> "told to commit in one phase, not answered";
            case BRANCH_STATE_PREPARED ->
                "prepared" + (branch.getAttempts() == 0 ? ", not told the outcome yet" : ", outcome not acknowledged");
            case BRANCH_STATE_UNSPECIFIED,
                    BRANCH_STATE_ENLISTED,
                    BRANCH_STATE_READ_ONLY,
                    BRANCH_STATE_REFUSED,
                    BRANCH_STATE_COMMITTED,
                    BRANCH_STATE_ROLLED_BACK,
                    BRANCH_STATE_HEURISTIC,
                    BRANCH_STATE_RESOLVED,
                    UNRECOGNIZED -> Words.of(branch.getState());
        };
    }

    /** How a branch voted, if that can be told; a branch of a durable decision to commit had voted. */
    static String vote(BranchDetail branch) {
        if (branch.getVote() != Vote.VOTE_UNSPECIFIED) {
            return Words.of(branch.getVote())
                    + (branch.getRefusalReason().isEmpty() ? "" : ": " + branch.getRefusalReason());
        }
        return switch (branch.getState()) {
            case BRANCH_STATE_PREPARED, BRANCH_STATE_COMMITTING, BRANCH_STATE_COMMITTED -> "prepared";
            case BRANCH_STATE_READ_ONLY -> "read-only";
            case BRANCH_STATE_REFUSED -> "refused";
            case BRANCH_STATE_UNSPECIFIED,
                    BRANCH_STATE_ENLISTED,
                    BRANCH_STATE_PREPARING,
                    BRANCH_STATE_ROLLING_BACK,
                    BRANCH_STATE_ROLLED_BACK,
                    BRANCH_STATE_HEURISTIC,
                    BRANCH_STATE_RESOLVED,
                    BRANCH_STATE_ONE_PHASE,
                    UNRECOGNIZED -> "";
        };
    }

    /** Gathers what can be done, the safest first. */
    private static final class Actions {
        private static final String WHY = " --reason 'WHY'";

        private final DescribeTransactionResponse description;
        private final List<BranchDetail> blocking;
        private final String pasted;
        private final String id;
        private final List<Action> actions = new ArrayList<>();

        Actions(DescribeTransactionResponse description, List<BranchDetail> blocking, String pasted) {
            this.description = description;
            this.blocking = blocking;
            this.pasted = pasted;
            this.id = SafeText.shellWord(description.getSummary().getTransactionId());
        }

        List<Action> list() {
            switch (description.getSummary().getState()) {
                case TRANSACTION_STATE_ACTIVE, TRANSACTION_STATE_PREPARING -> undecided();
                case TRANSACTION_STATE_COMMITTING -> {
                    deliver("the commit");
                    resolveBranches("only if it is lost for ever,");
                }
                case TRANSACTION_STATE_ROLLING_BACK -> {
                    deliver("the rollback");
                    if (actions.isEmpty()) {
                        add("Wait: nothing is asked of you.", "");
                    }
                }
                case TRANSACTION_STATE_ONE_PHASE -> onePhase();
                case TRANSACTION_STATE_UNKNOWN -> resolveBranches("look whether the work is there, and");
                case TRANSACTION_STATE_COMMITTED,
                        TRANSACTION_STATE_ROLLED_BACK,
                        TRANSACTION_STATE_UNSPECIFIED,
                        UNRECOGNIZED -> {}
            }
            if (Summaries.isHeuristic(description.getSummary()) && unacknowledged()) {
                add(
                        "Compare the resources and mend the data. Then acknowledge it, so that it is shown no more.",
                        "forget " + id + pasted + WHY);
            }
            if (actions.isEmpty()) {
                add("Nothing to do.", "");
            }
            return List.copyOf(actions);
        }

        private void undecided() {
            if (description.getDeadlineInMs() > 0) {
                add(
                        "Wait: without a commit it rolls back by itself in "
                                + Durations.brief(description.getDeadlineInMs())
                                + ". Until then it is alive, and the coordinator refuses to touch it.",
                        "explain " + id + pasted);
                return;
            }
            add(
                    "Its deadline has passed. Undecided, it can only roll back: end it.",
                    "resolve " + id + " --rollback --expect-state "
                            + Words.of(description.getSummary().getState()) + pasted + WHY);
        }

        private void onePhase() {
            for (BranchDetail branch : blocking) {
                if (branch.getEnlisterConnected()) {
                    add("Wait for the branch's answer: nobody else knows the outcome.", "explain " + id + pasted);
                    return;
                }
            }
            resolveBranches("its process is gone: look whether the work is there, and");
        }

        private void deliver(String outcome) {
            boolean reachable = false;
            for (BranchDetail branch : blocking) {
                reachable |= branch.getResourceConnected() || branch.getEnlisterConnected();
                if (!branch.getResourceConnected() && !branch.getEnlisterConnected()) {
                    add(
                            "Start the service that holds " + branch.getResource() + ": once it connects it is told "
                                    + outcome + " by itself. Is it there?",
                            "participants" + pasted);
                }
            }
            if (reachable) {
                add(
                        "Mend what the last error tells, then send " + outcome
                                + " now instead of at the next try. Always safe.",
                        "retry " + id + pasted);
            }
        }

        private void resolveBranches(String when) {
            for (BranchDetail branch : blocking.isEmpty() ? description.getBranchesList() : blocking) {
                if (branch.getState() == BranchState.BRANCH_STATE_HEURISTIC
                        || branch.getState() == BranchState.BRANCH_STATE_RESOLVED) {
                    continue;
                }
                add(
                        branch.getResource() + ": " + when + " record what became of the branch there. OUTCOME is"
                                + " committed, rolled-back, or gone if nobody can tell.",
                        "resolve " + id + " --branch " + SafeText.shellWord(branch.getBranch())
                                + " --as OUTCOME --expect-state "
                                + Words.of(description.getSummary().getState()) + pasted + WHY);
            }
        }

        private boolean unacknowledged() {
            if (description.getBranchesCount() == 0) {
                return true;
            }
            for (BranchDetail branch : description.getBranchesList()) {
                if (!branch.getFinding().isEmpty() && !branch.getAcknowledged()) {
                    return true;
                }
            }
            return false;
        }

        private void add(String when, String command) {
            Action action = new Action(when, command.isEmpty() ? "" : "tx-admin " + command);
            if (!actions.contains(action)) {
                actions.add(action);
            }
        }
    }
}
