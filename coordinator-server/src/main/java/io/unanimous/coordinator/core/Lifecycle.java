package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first phase: transactions begin, branches enlist and vote, and the decision falls (P2 to P5). */
final class Lifecycle {

    private final Kernel kernel;
    private final Delivery delivery;
    private final Presumption presumption;

    Lifecycle(Kernel kernel, Delivery delivery, Presumption presumption) {
        this.kernel = kernel;
        this.delivery = delivery;
        this.presumption = presumption;
    }

    // ---- begin and enlist ---------------------------------------------------------------------------------------

    void begin(Input.BeginRequested input) {
        Limits limits = kernel.limits;
        long timeoutMs = input.timeoutMs() == 0 ? limits.timeoutDefaultMs() : input.timeoutMs();
        if (timeoutMs < limits.timeoutMinMs() || timeoutMs > limits.timeoutMaxMs()) {
            kernel.refuse(
                    input.replyTo(),
                    RefusalReason.LIMIT_EXCEEDED,
                    "a transaction's timeout must lie within " + limits.timeoutMinMs() + " and " + limits.timeoutMaxMs()
                            + " ms, not " + timeoutMs);
            return;
        }
        if (kernel.state.inHold()) {
            kernel.counters.add(Counters.Counter.REFUSED_BEGINS);
            kernel.refuse(input.replyTo(), inHold());
            return;
        }
        if (kernel.state.open.size() >= limits.openTransactionsMax()) {
            kernel.counters.add(Counters.Counter.REFUSED_BEGINS);
            kernel.refuse(
                    input.replyTo(),
                    Refusal.retry(
                            RefusalReason.TOO_MANY_TRANSACTIONS,
                            limits.openTransactionsMax() + " transactions are open, which is the limit",
                            limits.retryMinMs()));
            return;
        }
        TransactionId id = mint(input.flags());
        kernel.apply(new Event.Began(id, input.initiator(), timeoutMs, kernel.nowMs() + timeoutMs, kernel.wallMs()));
        kernel.counters.add(Counters.Counter.BEGUN);
        reschedule(id);
        kernel.reply(input.replyTo(), new Answer.Begun(id, timeoutMs));
    }

    private TransactionId mint(int flags) {
        var epoch = kernel.state.epochs.lastEntry();
        kernel.lastSequence++;
        return TransactionId.of(
                kernel.store, kernel.partition, epoch.getKey(), epoch.getValue().nonce(), kernel.lastSequence, flags);
    }

    private void reschedule(TransactionId id) {
        Transaction transaction = kernel.state.find(id);
        if (transaction != null) {
            kernel.reschedule(transaction);
        }
    }

    private static Refusal inHold() {
        return Refusal.of(
                RefusalReason.IN_HOLD,
                "the coordinator is in HOLD and takes no new work; an operator sees why with `tx-admin hold show`");
    }

    void enlist(Input.BranchEnlisted input, Participants.Connection from) {
        Refusal refusal = refusalToEnlist(input, from);
        Transaction transaction = kernel.state.find(input.transaction());
        if (refusal != null || transaction == null) {
            kernel.tellAll(new Effect.SendEnlisted(from.id(), input.transaction(), input.branch(), refusal));
            return;
        }
        if (transaction.branch(input.branch()) == null) {
            Vote early = input.earlyVote() == Vote.REFUSED ? null : input.earlyVote();
            kernel.apply(new Event.Enlisted(
                    input.transaction(), input.branch(), from.incarnation(), input.payload(), early, kernel.wallMs()));
        }
        kernel.tell(transaction, new Effect.SendEnlisted(from.id(), input.transaction(), input.branch(), null));
        if (input.earlyVote() == Vote.REFUSED && transaction.state == TransactionState.ACTIVE) {
            rollBack(transaction, input.branch().toString(), "refused when it enlisted");
        }
    }

    private @Nullable Refusal refusalToEnlist(Input.BranchEnlisted input, Participants.Connection from) {
        if (!from.votesFor(input.branch().resource())) {
            return Refusal.of(
                    RefusalReason.NOT_YOUR_RESOURCE,
                    from.participant() + " did not register resource "
                            + input.branch().resource());
        }
        Transaction transaction = kernel.state.find(input.transaction());
        if (transaction == null) {
            Presumption.Told told = presumption.ofClient(input.transaction());
            return told.refusal() != null
                    ? told.refusal()
                    : notActive(input.transaction(), told.outcome().toString());
        }
        expire(transaction);
        Branch known = transaction.branch(input.branch());
        if (known != null && !known.incarnation.equals(from.incarnation())) {
            return Refusal.of(
                    RefusalReason.ALREADY_ENLISTED,
                    "branch " + input.branch() + " of transaction " + input.transaction()
                            + " was enlisted by another incarnation");
        }
        if (known != null && stillHolds(transaction.state, known)) {
            return null;
        }
        if (transaction.state != TransactionState.ACTIVE) {
            return notActive(input.transaction(), transaction.state.toString());
        }
        if (kernel.state.inHold()) {
            return inHold();
        }
        if (transaction.branches.size() >= kernel.limits.branchesMax()) {
            return Refusal.of(
                    RefusalReason.LIMIT_EXCEEDED,
                    "transaction " + input.transaction() + " has " + kernel.limits.branchesMax()
                            + " branches, which is the limit");
        }
        if (input.payload().size() > kernel.limits.payloadBytesMax()) {
            return Refusal.of(
                    RefusalReason.LIMIT_EXCEEDED,
                    "a branch's payload may have " + kernel.limits.payloadBytesMax() + " bytes, not "
                            + input.payload().size());
        }
        return null;
    }

    /**
     * Whether an enlistment whose answer was lost is confirmed once more. A refusal has the work undone, so it must not
     * reach a branch that the decision commits; but one that has acknowledged takes no further work.
     */
    private static boolean stillHolds(TransactionState state, Branch branch) {
        return switch (state) {
            case ACTIVE, PREPARING, ONE_PHASE -> true;
            case COMMITTING -> branch.owes(state);
            case COMMITTED, ROLLING_BACK, ROLLED_BACK, UNKNOWN -> false;
        };
    }

    private static Refusal notActive(TransactionId id, String state) {
        return Refusal.of(
                RefusalReason.TRANSACTION_NOT_ACTIVE, "transaction " + id + " is " + state + " and takes no branches");
    }

    // ---- commit and roll back -----------------------------------------------------------------------------------

    void commit(Input.CommitRequested input) {
        Transaction transaction = kernel.state.find(input.transaction());
        if (transaction == null) {
            Presumption.Told told = presumption.ofClient(input.transaction());
            if (told.refusal() != null) {
                kernel.refuse(input.replyTo(), told.refusal());
            } else if (told.outcome() == Outcome.ROLLED_BACK) {
                kernel.refuse(
                        input.replyTo(),
                        Refusal.rolledBack(input.transaction(), "", "it was undecided when the coordinator stopped"));
            } else {
                kernel.replyAll(input.replyTo(), new Answer.CommitAnswered(told.outcome(), 0, HeuristicMark.NONE));
            }
            return;
        }
        expire(transaction);
        if (!await(transaction, input.replyTo(), true, input.answerAt(), input.answerWithinMs())) {
            return;
        }
        if (transaction.state == TransactionState.ACTIVE) {
            if (mayCommitInOnePhase(transaction)) {
                commitInOnePhase(transaction);
            } else {
                prepare(transaction);
            }
        }
        delivery.answerWaiters(transaction);
        kernel.reschedule(transaction);
    }

    void rollBackRequested(Input.RollbackRequested input) {
        Transaction transaction = kernel.state.find(input.transaction());
        if (transaction == null) {
            Presumption.Told told = presumption.ofClient(input.transaction());
            if (told.refusal() != null) {
                kernel.refuse(input.replyTo(), told.refusal());
            } else {
                kernel.replyAll(input.replyTo(), new Answer.RollbackAnswered(told.outcome(), 0));
            }
            return;
        }
        if (!await(transaction, input.replyTo(), false, input.answerAt(), input.answerWithinMs())) {
            return;
        }
        if (transaction.state == TransactionState.ACTIVE || transaction.state == TransactionState.PREPARING) {
            rollBack(transaction, "", input.reason().isEmpty() ? "its initiator asked for it" : input.reason());
        }
        delivery.answerWaiters(transaction);
        kernel.reschedule(transaction);
    }

    private boolean await(
            Transaction transaction, ReplyTo replyTo, boolean commit, AnswerAt answerAt, long answerWithinMs) {
        long withinMs = answerWithinMs == 0
                ? kernel.limits.answerWithinDefaultMs()
                : Math.min(answerWithinMs, kernel.limits.timeoutMaxMs());
        Transaction.Waiter waiter = new Transaction.Waiter(replyTo, commit, answerAt, kernel.nowMs() + withinMs);
        boolean full = transaction.waiters.size() >= Transaction.WAITERS_MAX;
        if (full && !delivery.mayAnswer(transaction, waiter)) {
            kernel.refuse(
                    replyTo,
                    Refusal.retry(
                            RefusalReason.OVERLOADED,
                            Transaction.WAITERS_MAX + " callers wait for transaction " + transaction.id + " already",
                            kernel.limits.retryMinMs()));
            return false;
        }
        transaction.waiters.add(waiter);
        return true;
    }

    private boolean mayCommitInOnePhase(Transaction transaction) {
        if (!transaction.id.allowsOnePhase() || transaction.branches.size() != 1) {
            return false;
        }
        Branch only = transaction.branches.get(0);
        return only.vote == null && kernel.participants.enlister(only.name.resource(), only.incarnation) != null;
    }

    private void commitInOnePhase(Transaction transaction) {
        Branch only = transaction.branches.get(0);
        Participants.Connection enlister = kernel.participants.enlister(only.name.resource(), only.incarnation);
        kernel.apply(new Event.OnePhaseStarted(transaction.id, kernel.wallMs()));
        only.attempts = 1;
        if (enlister != null) {
            only.onePhaseConnection = enlister.id();
            kernel.counters.add(Counters.Counter.COMMITS_SENT);
            kernel.tell(
                    transaction,
                    new Effect.SendCommit(enlister.id(), transaction.id, only.name, only.attempts, only.payload, true));
        }
    }

    // ---- prepare and decide -------------------------------------------------------------------------------------

    private void prepare(Transaction transaction) {
        long deadlineMs = kernel.nowMs() + kernel.limits.prepareTimeoutMs();
        kernel.apply(new Event.PrepareStarted(transaction.id, deadlineMs, kernel.wallMs()));
        for (Branch branch : transaction.branches) {
            sendPrepare(transaction, branch);
        }
        decideIfComplete(transaction);
    }

    private void sendPrepare(Transaction transaction, Branch branch) {
        Participants.Connection enlister = kernel.participants.enlister(branch.name.resource(), branch.incarnation);
        if (branch.vote != null || enlister == null) {
            return;
        }
        branch.prepares++;
        kernel.counters.add(Counters.Counter.PREPARES_SENT);
        kernel.tell(
                transaction,
                new Effect.SendPrepare(
                        enlister.id(),
                        transaction.id,
                        branch.name,
                        branch.prepares,
                        Math.max(1, transaction.deadlineMs - kernel.nowMs())));
    }

    /** An incarnation is back: it is asked again for the votes that it owes (P3). */
    void connected(Participants.Connection connection) {
        for (Transaction transaction : kernel.state.open.values()) {
            if (transaction.state == TransactionState.PREPARING) {
                for (Branch branch : transaction.branches) {
                    if (branch.incarnation.equals(connection.incarnation())
                            && connection.votesFor(branch.name.resource())) {
                        sendPrepare(transaction, branch);
                    }
                }
            }
        }
    }

    void vote(Input.VoteReceived input, Participants.Connection from) {
        Transaction transaction = kernel.state.find(input.transaction());
        if (transaction == null || input.epoch() != kernel.state.currentEpoch()) {
            kernel.counters.add(Counters.Counter.STALE_MESSAGES);
            return;
        }
        Branch branch = transaction.branch(input.branch());
        if (branch == null) {
            kernel.counters.add(Counters.Counter.STALE_MESSAGES);
            return;
        }
        if (!branch.incarnation.equals(from.incarnation())) {
            close(from, RefusalReason.NOT_YOUR_BRANCH, input, "was enlisted by another incarnation");
            return;
        }
        boolean asked = input.attempt() >= 1 && input.attempt() <= branch.prepares;
        if (!asked || transaction.state == TransactionState.ACTIVE) {
            close(from, RefusalReason.OUT_OF_ORDER, input, "was not asked to vote; an early vote comes with Enlist");
            return;
        }
        switch (transaction.state) {
            case PREPARING -> firstVote(transaction, branch, input);
            case ROLLING_BACK, ROLLED_BACK -> tellLateVoter(transaction, branch, input, from);
            case ACTIVE, COMMITTING, COMMITTED, ONE_PHASE, UNKNOWN ->
                kernel.counters.add(Counters.Counter.STALE_MESSAGES);
        }
    }

    private void close(Participants.Connection from, RefusalReason reason, Input.VoteReceived input, String why) {
        kernel.tell(new Effect.CloseConnection(
                from.id(),
                Refusal.of(reason, "branch " + input.branch() + " of transaction " + input.transaction() + " " + why)));
    }

    private void firstVote(Transaction transaction, Branch branch, Input.VoteReceived input) {
        if (branch.vote != null) {
            if (branch.vote != input.vote()) {
                kernel.counters.add(Counters.Counter.CONTRADICTIONS);
                kernel.announce(
                        Effect.Severity.ALARM,
                        transaction.id,
                        "branch " + branch.name + " voted " + branch.vote + " and then " + input.vote()
                                + "; the first vote stands");
            }
            return;
        }
        kernel.apply(new Event.Voted(transaction.id, branch.name, input.vote(), input.reason(), kernel.wallMs()));
        if (input.vote() == Vote.REFUSED) {
            rollBack(
                    transaction,
                    branch.name.toString(),
                    input.reason().isEmpty() ? "refused without a reason" : input.reason());
        } else {
            decideIfComplete(transaction);
        }
    }

    /** A vote after the rollback was decided: the branch hears of the rollback once more. */
    private void tellLateVoter(
            Transaction transaction, Branch branch, Input.VoteReceived input, Participants.Connection from) {
        if (input.vote() == Vote.READ_ONLY || branch.ended()) {
            return;
        }
        branch.attempts++;
        kernel.counters.add(Counters.Counter.ROLLBACKS_SENT);
        kernel.tell(
                transaction,
                new Effect.SendRollback(from.id(), transaction.id, branch.name, branch.attempts, transaction.reason));
    }

    private void decideIfComplete(Transaction transaction) {
        List<Event.DecidedBranch> prepared = new ArrayList<>();
        for (Branch branch : transaction.branches) {
            if (branch.vote == null) {
                return;
            }
            if (branch.vote == Vote.PREPARED) {
                prepared.add(new Event.DecidedBranch(branch.name, branch.incarnation, branch.payload));
            }
        }
        if (prepared.isEmpty() && transaction.id.allowsUnloggedReadOnly()) {
            kernel.apply(new Event.CommittedUnlogged(transaction.id, kernel.wallMs()));
            kernel.counters.add(Counters.Counter.COMMITTED_UNLOGGED);
            delivery.answerWaiters(transaction);
            kernel.reschedule(transaction);
            return;
        }
        kernel.apply(
                new Event.CommitDecided(transaction.id, transaction.initiator, List.copyOf(prepared), kernel.wallMs()));
        kernel.counters.add(Counters.Counter.COMMITTED);
        delivery.deliver(transaction);
        delivery.answerWaiters(transaction);
        delivery.finishIfDone(transaction);
    }

    /** Decides that a transaction will not commit. Nothing is forced: whoever misses it learns it by presumption. */
    void rollBack(Transaction transaction, String byBranch, String cause) {
        kernel.apply(new Event.RollbackDecided(transaction.id, byBranch, cause, kernel.wallMs()));
        kernel.counters.add(Counters.Counter.ROLLED_BACK);
        transaction.deadlineMs = kernel.nowMs() + kernel.limits.rollbackRetryMs();
        delivery.deliver(transaction);
        delivery.answerWaiters(transaction);
        delivery.finishIfDone(transaction);
    }

    // ---- time ---------------------------------------------------------------------------------------------------

    /** Rolls back a transaction whose deadline has passed. */
    void expire(Transaction transaction) {
        if (kernel.nowMs() < transaction.deadlineMs) {
            return;
        }
        if (transaction.state == TransactionState.ACTIVE) {
            rollBack(transaction, "", "no commit was requested within its timeout of " + transaction.timeoutMs + " ms");
        } else if (transaction.state == TransactionState.PREPARING) {
            String silent = transaction.blockedBy();
            rollBack(
                    transaction,
                    silent,
                    "no vote within the prepare timeout of " + kernel.limits.prepareTimeoutMs() + " ms");
        }
    }

    /** Does what has become due for a transaction. */
    void lookAfter(Transaction transaction) {
        switch (transaction.state) {
            case ACTIVE, PREPARING -> expire(transaction);
            case COMMITTING -> delivery.retryDue(transaction);
            case ROLLING_BACK -> {
                if (transaction.deadlineMs <= kernel.nowMs()) {
                    delivery.giveUpRollback(transaction);
                } else {
                    delivery.retryDue(transaction);
                }
            }
            case ONE_PHASE -> endOnePhaseIfGone(transaction);
            case COMMITTED, ROLLED_BACK, UNKNOWN -> delivery.forgetDue(transaction);
        }
        delivery.answerWaiters(transaction);
        kernel.reschedule(transaction);
    }

    private void endOnePhaseIfGone(Transaction transaction) {
        Branch only = transaction.branches.get(0);
        if (kernel.participants.goneAtMs(only.name, only.incarnation, kernel.limits.goneAfterMs()) <= kernel.nowMs()) {
            delivery.endOnePhase(transaction, Outcome.UNKNOWN, "its participant is gone");
        }
    }
}
