package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The second phase: outcomes go out, acknowledgements come in, whoever waits is answered (P7). */
final class Delivery {

    private final Kernel kernel;
    private final Presumption presumption;
    /** Decided transactions whose record may not be on disk yet, in order of decision: no backoff runs for them. */
    private final List<Transaction> undurable = new ArrayList<>();
    /** Transactions with a heuristic branch that its resource may forget. */
    private final Set<Transaction> forgetting = new LinkedHashSet<>();
    /** What has become due, by resource; only while there is something. */
    private final Map<String, Backlog> backlogs = new TreeMap<>();

    Delivery(Kernel kernel, Presumption presumption) {
        this.kernel = kernel;
        this.presumption = presumption;
    }

    /** Writes which decisions wait for the disk, and what resources may forget. */
    void portray(Portrait portrait) {
        portrait.line("delivery");
        undurable.forEach(transaction -> portrait.fact(transaction.id));
        portrait.line("forgetting");
        forgetting.forEach(transaction -> portrait.fact(transaction.id));
        backlogs.forEach((resource, backlog) -> {
            portrait.line("backlog").fact(resource);
            backlog.portray(portrait);
        });
    }

    // ---- outwards -----------------------------------------------------------------------------------------------

    /** Sends the outcome to every branch that it is owed to. */
    void deliver(Transaction transaction) {
        if (transaction.state == TransactionState.COMMITTING) {
            transaction.awaitsSync = true;
            undurable.add(transaction);
        }
        for (Branch branch : transaction.branches) {
            if (branch.owes(transaction.state)) {
                branch.attempts = 0;
                send(transaction, branch);
            }
        }
    }

    /** Takes up what a decision read back from the log still owes; nobody is connected yet. */
    void resume(Transaction transaction) {
        kernel.reschedule(transaction);
    }

    /** Remembers, after a restart, that a resource may forget a heuristic outcome. */
    void resumeForgetting(Transaction transaction) {
        noted(transaction);
    }

    /** Sends the outcome to one branch if anybody is there to take it; says whether somebody was. */
    boolean send(Transaction transaction, Branch branch) {
        Participants.Connection target = target(transaction, branch);
        if (target == null) {
            branch.retryAtMs = whenOthersMay(transaction, branch);
            return false;
        }
        if (target.id() == branch.asker) {
            // It is told now; should it hang, the next attempt goes to another.
            branch.asker = 0;
        }
        attempt(transaction, branch);
        if (transaction.state == TransactionState.COMMITTING) {
            kernel.counters.add(Counters.Counter.COMMITS_SENT);
            kernel.tell(
                    transaction,
                    new Effect.SendCommit(
                            target.id(), transaction.id, branch.name, branch.attempts, branch.payload, false));
        } else {
            kernel.counters.add(Counters.Counter.ROLLBACKS_SENT);
            kernel.tell(
                    transaction,
                    new Effect.SendRollback(
                            target.id(), transaction.id, branch.name, branch.attempts, transaction.reason));
        }
        return true;
    }

    /** When the rollback of unprepared work may go to somebody else than its absent enlister. */
    private long whenOthersMay(Transaction transaction, Branch branch) {
        if (transaction.state != TransactionState.ROLLING_BACK) {
            return Branch.NEVER;
        }
        long goneAtMs = kernel.participants.goneAtMs(branch.name, branch.incarnation, kernel.limits.goneAfterMs());
        return goneAtMs > kernel.nowMs() ? goneAtMs : Branch.NEVER;
    }

    /** Counts one more delivery to the branch and plans the next. */
    void attempt(Transaction transaction, Branch branch) {
        branch.attempts++;
        if (branch.attempts > 1) {
            kernel.counters.add(Counters.Counter.RETRIES);
        }
        planRetry(transaction, branch);
    }

    private void planRetry(Transaction transaction, Branch branch) {
        leaveBacklog(branch);
        branch.retryAtMs = transaction.awaitsSync
                ? Branch.NEVER
                : kernel.nowMs() + kernel.backoffMs(transaction.id, branch.name, branch.attempts);
    }

    /**
     * Who gets the outcome. A commit, and the rollback of a branch known prepared, go to the enlister, else to anybody
     * who reaches the resource. The rollback of work that may not be prepared is the enlister's alone until it is gone:
     * nobody else can find that work, and would report as done what is not (P7).
     */
    private Participants.@Nullable Connection target(Transaction transaction, Branch branch) {
        Participants.Connection enlister = kernel.participants.enlister(branch.name.resource(), branch.incarnation);
        if (enlister != null) {
            return enlister;
        }
        boolean anybody = transaction.state == TransactionState.COMMITTING
                || branch.vote == Vote.PREPARED
                || enlisterGone(branch);
        if (!anybody) {
            return null;
        }
        Participants.Connection asker = kernel.participants.connection(branch.asker);
        return asker != null ? asker : kernel.participants.any(branch.name.resource(), branch.attempts);
    }

    private boolean enlisterGone(Branch branch) {
        return kernel.participants.goneAtMs(branch.name, branch.incarnation, kernel.limits.goneAfterMs())
                <= kernel.nowMs();
    }

    /** The log is on disk up to this number: starts the backoff of what was decided by then. */
    void synced(long number) {
        int durable = 0;
        while (durable < undurable.size() && undurable.get(durable).lastForced <= number) {
            Transaction transaction = undurable.get(durable++);
            transaction.awaitsSync = false;
            if (transaction.state == TransactionState.COMMITTING) {
                for (Branch branch : transaction.branches) {
                    if (branch.owes(transaction.state)) {
                        startBackoff(transaction, branch);
                    }
                }
                kernel.reschedule(transaction);
            }
        }
        undurable.subList(0, durable).clear();
    }

    private void startBackoff(Transaction transaction, Branch branch) {
        if (branch.attempts > 0) {
            planRetry(transaction, branch);
        } else {
            // Nobody was there at the decision; whoever has come since was passed over while it was not durable.
            branch.retryAtMs = kernel.nowMs();
        }
    }

    /** A participant has come: what its resources are owed is due now, paced by the timers. */
    void connected(Participants.Connection connection) {
        for (Transaction transaction : kernel.state.open.values()) {
            boolean due = false;
            for (Branch branch : transaction.branches) {
                if (branch.owes(transaction.state)
                        && !transaction.awaitsSync
                        && !waits(branch)
                        && connection.votesFor(branch.name.resource())
                        && connection.equals(target(transaction, branch))) {
                    branch.retryAtMs = kernel.nowMs();
                    due = true;
                }
            }
            if (due || transaction.state == TransactionState.ONE_PHASE) {
                kernel.reschedule(transaction);
            }
        }
        forgetting.removeIf(transaction -> kernel.state.find(transaction.id) != transaction);
        for (Transaction transaction : forgetting) {
            for (Branch branch : transaction.branches) {
                if (branch.forgetOwed && connection.votesFor(branch.name.resource())) {
                    branch.retryAtMs = kernel.nowMs();
                }
            }
            kernel.reschedule(transaction);
        }
        connection.resources().forEach(resource -> sendNext(resource.name()));
    }

    /** A participant has left, and with it what it has not answered: others need not wait for that. */
    void disconnected(Participants.Connection connection) {
        for (ResourceRegistration resource : connection.resources()) {
            Backlog backlog = backlogs.get(resource.name());
            if (backlog != null) {
                backlog.lost();
                sendNext(resource.name());
            }
        }
    }

    /** Sends what has become due, if its resource keeps up. */
    void retryDue(Transaction transaction) {
        for (Branch branch : transaction.branches) {
            if (!branch.owes(transaction.state) || branch.retryAtMs > kernel.nowMs()) {
                continue;
            }
            if (target(transaction, branch) == null) {
                leaveBacklog(branch);
                branch.retryAtMs = whenOthersMay(transaction, branch);
            } else {
                branch.retryAtMs = Branch.NEVER;
                backlogs.computeIfAbsent(branch.name.resource(), resource -> new Backlog(kernel.limits.unansweredMax()))
                        .due(transaction, branch);
                sendNext(branch.name.resource());
            }
        }
    }

    /** Sends what waits for its turn, as far as the resource keeps up and somebody is there for it. */
    private void sendNext(String resource) {
        Backlog backlog = backlogs.get(resource);
        if (backlog == null) {
            return;
        }
        while (kernel.participants.instances(resource) > 0) {
            Backlog.Owed next = backlog.next();
            if (next == null) {
                break;
            }
            if (send(next.transaction(), next.branch())) {
                backlog.sent(next);
            }
            kernel.reschedule(next.transaction());
        }
        if (backlog.isEmpty()) {
            backlogs.remove(resource);
        }
    }

    /** Whether the branch waits until its resource has answered others. */
    boolean waits(Branch branch) {
        Backlog backlog = backlogs.get(branch.name.resource());
        return backlog != null && backlog.waits(branch);
    }

    private void answered(Branch branch) {
        Backlog backlog = backlogs.get(branch.name.resource());
        if (backlog != null) {
            backlog.answered(branch);
        }
    }

    private void leaveBacklog(Branch branch) {
        Backlog backlog = backlogs.get(branch.name.resource());
        if (backlog != null) {
            backlog.leave(branch);
        }
    }

    /** What of a transaction is owed no more, or was answered, lets the next ones go. */
    private void makeRoom(Transaction transaction) {
        if (backlogs.isEmpty()) {
            return;
        }
        for (Branch branch : transaction.branches) {
            if (!branch.owes(transaction.state)) {
                leaveBacklog(branch);
            }
            sendNext(branch.name.resource());
        }
    }

    /** An operator has taken note of the heuristic outcomes: their resources may forget them. */
    void noted(Transaction transaction) {
        for (Branch branch : transaction.branches) {
            branch.forgetOwed = branch.heuristic != null;
            if (branch.forgetOwed) {
                forgetting.add(transaction);
                branch.attempts = 0;
                sendForget(transaction, branch);
            }
        }
        kernel.reschedule(transaction);
    }

    /** Sends again what a resource has not forgotten. What was pruned meanwhile is nobody's business any more. */
    void forgetDue(Transaction transaction) {
        if (kernel.state.find(transaction.id) != transaction) {
            for (Branch branch : transaction.branches) {
                branch.forgetOwed = false;
            }
            forgetting.remove(transaction);
            return;
        }
        for (Branch branch : transaction.branches) {
            if (branch.forgetOwed && branch.retryAtMs <= kernel.nowMs()) {
                sendForget(transaction, branch);
            }
        }
    }

    private void sendForget(Transaction transaction, Branch branch) {
        Participants.Connection enlister = kernel.participants.enlister(branch.name.resource(), branch.incarnation);
        Participants.Connection target =
                enlister != null ? enlister : kernel.participants.any(branch.name.resource(), branch.attempts);
        if (target == null) {
            branch.retryAtMs = Branch.NEVER;
            return;
        }
        attempt(transaction, branch);
        kernel.tell(transaction, new Effect.SendForget(target.id(), transaction.id, branch.name, branch.attempts));
    }

    // ---- inwards ------------------------------------------------------------------------------------------------

    /** A branch has answered a command. What does not fit is counted and changes nothing. */
    void acknowledged(Input.AckReceived ack, Participants.Connection from) {
        Transaction transaction = kernel.state.find(ack.transaction());
        if (transaction == null) {
            heuristicOfPresumed(ack);
            return;
        }
        Branch branch = transaction.branch(ack.branch());
        if (branch == null) {
            heuristicOfStranger(transaction, ack);
            return;
        }
        boolean neverSent = ack.attempt() < 1
                || ack.epoch() < transaction.id.epoch()
                || ack.epoch() > kernel.state.currentEpoch()
                || (ack.epoch() == kernel.state.currentEpoch() && ack.attempt() > branch.attempts);
        if (neverSent) {
            kernel.counters.add(Counters.Counter.STALE_MESSAGES);
            return;
        }
        answered(branch);
        switch (ack.command()) {
            case COMMIT -> commitAnswered(transaction, branch, ack);
            case ROLLBACK -> rollbackAnswered(transaction, branch, ack, from);
            case FORGET -> forgotten(transaction, branch, ack);
            case COMMIT_ONE_PHASE -> onePhaseAnswered(transaction, branch, ack, from);
        }
        finishIfDone(transaction);
    }

    private void commitAnswered(Transaction transaction, Branch branch, Input.AckReceived ack) {
        if (transaction.outcome() != Outcome.COMMITTED) {
            contradiction(transaction, branch, "acknowledged a commit that was not decided");
            return;
        }
        if (!branch.owes(transaction.state)) {
            afterResolution(transaction, branch, ack);
            return;
        }
        switch (ack.result()) {
            case DONE, HEURISTIC_COMMITTED -> acknowledge(transaction, branch);
            case RETRY, UNKNOWN -> later(transaction, branch, ack.detail());
            case HEURISTIC_ROLLED_BACK, HEURISTIC_MIXED, HEURISTIC_HAZARD, ROLLED_BACK ->
                heuristic(transaction, branch, ack);
        }
    }

    private void rollbackAnswered(
            Transaction transaction, Branch branch, Input.AckReceived ack, Participants.Connection from) {
        if (transaction.outcome() == Outcome.COMMITTED) {
            if (branch.vote == Vote.PREPARED) {
                contradiction(transaction, branch, "acknowledged a rollback of a decided commit");
            }
            return;
        }
        boolean afterTheEnd =
                (transaction.state == TransactionState.ROLLED_BACK || transaction.state == TransactionState.UNKNOWN)
                        && !branch.ended();
        if (!branch.owes(transaction.state) && !afterTheEnd) {
            afterResolution(transaction, branch, ack);
            return;
        }
        boolean counts =
                branch.vote == Vote.PREPARED || from.incarnation().equals(branch.incarnation) || enlisterGone(branch);
        switch (ack.result()) {
            case DONE, HEURISTIC_ROLLED_BACK, ROLLED_BACK -> {
                if (counts && !afterTheEnd) {
                    acknowledge(transaction, branch);
                }
            }
            case RETRY, UNKNOWN -> {
                if (!afterTheEnd) {
                    later(transaction, branch, ack.detail());
                }
            }
            case HEURISTIC_COMMITTED, HEURISTIC_MIXED, HEURISTIC_HAZARD -> heuristic(transaction, branch, ack);
        }
    }

    /**
     * The answer of a branch that an operator has resolved meanwhile. It is the resource that knows: where it went further
     * against the decision than the operator saw, that is recorded too, and shown until somebody takes note of it.
     */
    private void afterResolution(Transaction transaction, Branch branch, Input.AckReceived ack) {
        Resolution resolution = branch.resolution;
        if (resolution == null) {
            return;
        }
        Outcome decided = transaction.outcome();
        if (HeuristicMark.of(decided, ack.result()).compareTo(HeuristicMark.of(decided, resolution)) > 0) {
            heuristic(transaction, branch, ack);
        }
    }

    private void onePhaseAnswered(
            Transaction transaction, Branch branch, Input.AckReceived ack, Participants.Connection from) {
        boolean current = transaction.state == TransactionState.ONE_PHASE
                && ack.epoch() == kernel.state.currentEpoch()
                && from.incarnation().equals(branch.incarnation);
        if (!current) {
            kernel.counters.add(Counters.Counter.STALE_MESSAGES);
            return;
        }
        switch (ack.result()) {
            case DONE, HEURISTIC_COMMITTED -> endOnePhase(transaction, Outcome.COMMITTED, ack.detail());
            case ROLLED_BACK, HEURISTIC_ROLLED_BACK -> endOnePhase(transaction, Outcome.ROLLED_BACK, ack.detail());
            case UNKNOWN, RETRY -> endOnePhase(transaction, Outcome.UNKNOWN, ack.detail());
            case HEURISTIC_MIXED, HEURISTIC_HAZARD -> heuristic(transaction, branch, ack);
        }
        answerWaiters(transaction);
    }

    /** Ends a one-phase commit with what its branch said, or with UNKNOWN when that can no longer be heard. */
    void endOnePhase(Transaction transaction, Outcome outcome, String detail) {
        kernel.apply(new Event.OnePhaseEnded(transaction.id, outcome, detail, kernel.wallMs()));
        kernel.counters.add(
                switch (outcome) {
                    case COMMITTED -> Counters.Counter.COMMITTED_ONE_PHASE;
                    case ROLLED_BACK -> Counters.Counter.ROLLED_BACK;
                    case UNKNOWN, IN_PROGRESS -> Counters.Counter.ONE_PHASE_UNKNOWN;
                });
        if (outcome == Outcome.UNKNOWN) {
            kernel.announce(
                    Effect.Severity.WARNING,
                    transaction.id,
                    "the answer to a one-phase commit of " + transaction.branches.get(0).name + " was lost: " + detail);
        }
        answerWaiters(transaction);
    }

    private void forgotten(Transaction transaction, Branch branch, Input.AckReceived ack) {
        if (ack.result() == AckResult.DONE) {
            branch.forgetOwed = false;
            if (transaction.branches.stream().noneMatch(other -> other.forgetOwed)) {
                forgetting.remove(transaction);
            }
        }
    }

    /**
     * A resource acted on its own in a transaction that nothing is known of any more: its rollback was presumed. Where the
     * transaction may have committed for all that is on record, its outcome is not told, but UNKNOWN.
     */
    private void heuristicOfPresumed(Input.AckReceived ack) {
        if (againstRollback(ack) && presumption.mayJudge(ack.transaction())) {
            reportHeuristic(ack, presumption.ofClient(ack.transaction()).outcome());
        } else {
            kernel.counters.add(Counters.Counter.STALE_MESSAGES);
        }
    }

    /** A resource acted on its own in a branch that is not on record, but belongs to a transaction that is. */
    private void heuristicOfStranger(Transaction transaction, Input.AckReceived ack) {
        boolean rolledBack = transaction.outcome() == Outcome.ROLLED_BACK || transaction.outcome() == Outcome.UNKNOWN;
        if (againstRollback(ack) && rolledBack && transaction.branches.size() < kernel.limits.branchesMax()) {
            reportHeuristic(ack, transaction.outcome());
        } else {
            kernel.counters.add(Counters.Counter.STALE_MESSAGES);
        }
    }

    private static boolean againstRollback(Input.AckReceived ack) {
        return ack.command() == Command.ROLLBACK
                && ack.result().heuristic()
                && ack.result() != AckResult.HEURISTIC_ROLLED_BACK;
    }

    private void heuristic(Transaction transaction, Branch branch, Input.AckReceived ack) {
        if (branch.heuristic != null) {
            return;
        }
        Outcome decided = transaction.state == TransactionState.ONE_PHASE ? Outcome.UNKNOWN : transaction.outcome();
        reportHeuristic(ack, decided);
        kernel.reschedule(transaction);
    }

    private void reportHeuristic(Input.AckReceived ack, Outcome decided) {
        HeuristicMark mark = HeuristicMark.of(decided, ack.result());
        kernel.apply(new Event.HeuristicReported(
                ack.transaction(), ack.branch(), decided, ack.result(), mark, ack.detail(), kernel.wallMs()));
        kernel.counters.add(Counters.Counter.HEURISTICS);
        kernel.announce(
                Effect.Severity.ALARM,
                ack.transaction(),
                "branch " + ack.branch() + " reports " + ack.result() + " against a decision of " + decided
                        + (ack.detail().isEmpty() ? "" : ": " + ack.detail())
                        + "; look with `tx-admin explain`, put it right at the resource, then"
                        + " `tx-admin forget`");
    }

    private void contradiction(Transaction transaction, Branch branch, String what) {
        kernel.counters.add(Counters.Counter.CONTRADICTIONS);
        kernel.announce(
                Effect.Severity.ALARM,
                transaction.id,
                "branch " + branch.name + " " + what + "; the transaction is " + transaction.state
                        + ", and nothing was changed");
    }

    private void acknowledge(Transaction transaction, Branch branch) {
        branch.lastError = "";
        kernel.apply(new Event.Acknowledged(transaction.id, branch.name, kernel.wallMs()));
    }

    private void later(Transaction transaction, Branch branch, String detail) {
        branch.lastError = detail;
        planRetry(transaction, branch);
        kernel.reschedule(transaction);
    }

    // ---- the end ------------------------------------------------------------------------------------------------

    /** Ends the transaction if no branch owes an acknowledgement, and answers whoever waits for that. */
    void finishIfDone(Transaction transaction) {
        if (transaction.state == TransactionState.COMMITTING && transaction.pending() == 0) {
            kernel.apply(new Event.Finished(transaction.id, kernel.wallMs()));
            answerWaiters(transaction);
        } else if (transaction.state == TransactionState.ROLLING_BACK && transaction.pending() == 0) {
            kernel.apply(new Event.RolledBack(transaction.id, kernel.wallMs()));
            answerWaiters(transaction);
        }
        makeRoom(transaction);
        kernel.reschedule(transaction);
    }

    /** Gives up delivering a rollback: presumption covers whoever still holds a branch. */
    void giveUpRollback(Transaction transaction) {
        kernel.apply(new Event.RolledBack(transaction.id, kernel.wallMs()));
        makeRoom(transaction);
        answerWaiters(transaction);
        kernel.reschedule(transaction);
    }

    /** Answers every caller that the transaction's state, or the time, allows to answer. */
    void answerWaiters(Transaction transaction) {
        if (transaction.waiters.isEmpty()) {
            return;
        }
        List<Transaction.Waiter> waiting = List.copyOf(transaction.waiters);
        for (Transaction.Waiter waiter : waiting) {
            if (mayAnswer(transaction, waiter)) {
                transaction.waiters.remove(waiter);
                kernel.reply(transaction, waiter.replyTo(), answer(transaction, waiter.commit()));
            }
        }
    }

    /** Whether the transaction's state, or the time, allows to answer a caller now. */
    boolean mayAnswer(Transaction transaction, Transaction.Waiter waiter) {
        boolean decided = !transaction.state.undecided();
        return transaction.state.finished()
                || waiter.deadlineMs() <= kernel.nowMs()
                || (decided && waiter.answerAt() == AnswerAt.DECISION)
                || (decided && waiter.commit() != (transaction.outcome() == Outcome.COMMITTED));
    }

    /** What a request to commit, or to roll back, is told in the transaction's present state. */
    static Answer answer(Transaction transaction, boolean commit) {
        Outcome outcome = transaction.outcome();
        if (commit) {
            return outcome == Outcome.ROLLED_BACK
                    ? new Answer.Refused(Refusal.rolledBack(transaction.id, transaction.byBranch, transaction.reason))
                    : new Answer.CommitAnswered(outcome, transaction.pending(), transaction.mark);
        }
        return outcome == Outcome.COMMITTED
                ? new Answer.Refused(Refusal.of(
                        RefusalReason.ALREADY_COMMITTED,
                        "transaction " + transaction.id + " is committed and cannot be rolled back"))
                : new Answer.RollbackAnswered(outcome, transaction.pending());
    }
}
