package io.unanimous.coordinator.core;

import org.jspecify.annotations.Nullable;

/**
 * Overrides (P14): each is refused on live transactions, needs a reason, and stands in the audit trail in the same
 * batch as its effect. Nothing here turns a decision round.
 */
final class Operators {

    private final Kernel kernel;
    private final Lifecycle lifecycle;
    private final Delivery delivery;
    private final Presumption presumption;

    Operators(Kernel kernel, Lifecycle lifecycle, Delivery delivery, Presumption presumption) {
        this.kernel = kernel;
        this.lifecycle = lifecycle;
        this.delivery = delivery;
        this.presumption = presumption;
    }

    void forceRollback(Input.RollbackForced input) {
        Transaction transaction = find(input.replyTo(), input.transaction(), input.order());
        if (transaction == null) {
            return;
        }
        if (transaction.state == TransactionState.ACTIVE || transaction.state == TransactionState.PREPARING) {
            if (kernel.nowMs() < transaction.deadlineMs) {
                live(input.replyTo(), transaction);
                return;
            }
        } else if (transaction.state != TransactionState.ROLLING_BACK) {
            kernel.refuse(
                    input.replyTo(),
                    RefusalReason.NOTHING_TO_RESOLVE,
                    "transaction " + transaction.id + " is " + transaction.state
                            + (transaction.state == TransactionState.ONE_PHASE
                                    ? ": only its resource knows the outcome; look there, then use --branch and --as"
                                    : ": its outcome is decided, and nothing turns it round"));
            return;
        }
        String effect =
                "the transaction ends rolled back now; whoever still holds a branch of it learns so when it asks";
        carryOut(input.replyTo(), transaction, input.order(), "resolve --rollback", "", effect, () -> {
            if (transaction.state != TransactionState.ROLLING_BACK) {
                lifecycle.rollBack(
                        transaction,
                        "",
                        "an operator ended it: " + input.order().reason());
            }
            if (transaction.state == TransactionState.ROLLING_BACK) {
                delivery.giveUpRollback(transaction);
            }
        });
    }

    void resolveBranch(Input.BranchOutcomeGiven input) {
        Transaction transaction = find(input.replyTo(), input.transaction(), input.order());
        if (transaction == null) {
            return;
        }
        Branch branch = transaction.branch(input.branch());
        if (branch == null) {
            kernel.refuse(
                    input.replyTo(),
                    RefusalReason.BRANCH_NOT_FOUND,
                    "transaction " + transaction.id + " has no branch " + input.branch());
            return;
        }
        boolean undelivered = transaction.state == TransactionState.ROLLED_BACK && branch.vote != Vote.READ_ONLY;
        boolean unknown =
                transaction.state == TransactionState.ONE_PHASE || transaction.state == TransactionState.UNKNOWN;
        if (transaction.state == TransactionState.ACTIVE || transaction.state == TransactionState.PREPARING) {
            live(input.replyTo(), transaction);
            return;
        }
        if (transaction.state == TransactionState.ONE_PHASE && answerMayCome(branch)) {
            live(input.replyTo(), transaction);
            return;
        }
        if (branch.ended() || !(branch.owes(transaction.state) || undelivered || unknown)) {
            kernel.refuse(
                    input.replyTo(),
                    RefusalReason.NOTHING_TO_RESOLVE,
                    "branch " + input.branch() + " of transaction " + transaction.id + " is "
                            + branch.state(transaction.state) + " and waits for nothing");
            return;
        }
        Outcome decided = unknown ? Outcome.UNKNOWN : transaction.outcome();
        HeuristicMark mark = HeuristicMark.of(decided, input.resolution());
        String effect = "branch " + input.branch() + " is recorded as " + input.resolution() + " on your word and sent"
                + " nothing more" + (mark == HeuristicMark.NONE ? "" : "; the transaction is marked " + mark);
        carryOut(
                input.replyTo(),
                transaction,
                input.order(),
                "resolve --as " + input.resolution(),
                input.branch().toString(),
                effect,
                () -> {
                    kernel.apply(new Event.BranchResolved(
                            transaction.id,
                            input.branch(),
                            decided,
                            input.resolution(),
                            mark,
                            input.order().reason(),
                            kernel.wallMs()));
                    delivery.finishIfDone(transaction);
                    delivery.answerWaiters(transaction);
                });
    }

    private boolean answerMayCome(Branch branch) {
        return kernel.participants.enlister(branch.name.resource(), branch.incarnation) != null;
    }

    void noteHeuristic(Input.HeuristicNoted input) {
        Transaction transaction = find(input.replyTo(), input.transaction(), input.order());
        if (transaction == null) {
            return;
        }
        if (transaction.state == TransactionState.COMMITTING) {
            kernel.refuse(
                    input.replyTo(),
                    RefusalReason.UNACKNOWLEDGED_COMMIT,
                    "transaction " + transaction.id + " is committed and branch " + transaction.blockedBy()
                            + " has not acknowledged it; resolve that branch first");
            return;
        }
        if (transaction.state.undecided() || transaction.state == TransactionState.ROLLING_BACK) {
            live(input.replyTo(), transaction);
            return;
        }
        if (!transaction.heuristicOpen()) {
            kernel.refuse(
                    input.replyTo(),
                    RefusalReason.NOTHING_TO_RESOLVE,
                    "transaction " + transaction.id + " has no heuristic outcome that waits for you");
            return;
        }
        String effect = "the heuristic outcome is noted: it is listed no more, its resource may forget it, and the"
                + " transaction is pruned in its turn";
        carryOut(input.replyTo(), transaction, input.order(), "forget", "", effect, () -> {
            kernel.apply(new Event.HeuristicAcknowledged(transaction.id, kernel.wallMs()));
            delivery.noted(transaction);
        });
    }

    void retry(Input.RetryRequested input) {
        Transaction transaction = kernel.state.find(input.transaction());
        if (transaction == null) {
            refuseUnknown(input.replyTo(), input.transaction());
            return;
        }
        int sent = 0;
        int unreachable = 0;
        for (Branch branch : transaction.branches) {
            if (branch.owes(transaction.state)) {
                if (delivery.send(transaction, branch)) {
                    sent++;
                } else {
                    unreachable++;
                }
            }
        }
        kernel.reschedule(transaction);
        kernel.reply(transaction, input.replyTo(), new Answer.Retried(sent, unreachable));
    }

    void releaseHold(Input.HoldReleaseRequested input) {
        HoldView hold = kernel.state.hold;
        if (hold == null) {
            kernel.refuse(input.replyTo(), RefusalReason.NOT_IN_HOLD, "the coordinator is not in HOLD");
            return;
        }
        if (!hold.evidenceId().equals(input.evidenceId())) {
            kernel.refuse(
                    input.replyTo(),
                    RefusalReason.EVIDENCE_MISMATCH,
                    "the present evidence is " + hold.evidenceId() + ", not " + input.evidenceId()
                            + "; read it with `tx-admin hold show` and name it");
            return;
        }
        if (!input.order().dryRun()) {
            if (reasonMissing(input.replyTo(), input.order())) {
                return;
            }
            audit("hold release", hold.evidenceId(), "", "", input.order());
            kernel.apply(new Event.HoldLifted(hold.evidenceId(), kernel.wallMs()));
            kernel.announce(
                    Effect.Severity.WARNING,
                    null,
                    "HOLD was lifted by " + input.order().operator() + ": "
                            + input.order().reason());
        }
        kernel.replyAll(input.replyTo(), new Answer.HoldReleased(hold));
    }

    private @Nullable Transaction find(ReplyTo replyTo, TransactionId id, OverrideOrder order) {
        Transaction transaction = kernel.state.find(id);
        if (transaction == null) {
            refuseUnknown(replyTo, id);
            return null;
        }
        TransactionState expected = order.expectState();
        if (expected != null && expected != transaction.state) {
            kernel.refuse(
                    replyTo,
                    RefusalReason.STATE_MISMATCH,
                    "transaction " + id + " is " + transaction.state + ", not " + expected + " as expected");
            return null;
        }
        return transaction;
    }

    private void refuseUnknown(ReplyTo replyTo, TransactionId id) {
        Presumption.Told told = presumption.ofClient(id);
        kernel.refuse(
                replyTo,
                told.refusal() != null
                        ? told.refusal()
                        : Refusal.of(
                                RefusalReason.NOTHING_TO_RESOLVE,
                                "transaction " + id + " has no record; it is presumed " + told.outcome()));
    }

    private void live(ReplyTo replyTo, Transaction transaction) {
        kernel.refuse(
                replyTo,
                RefusalReason.LIVE_TRANSACTION,
                "transaction " + transaction.id + " is " + transaction.state
                        + " and still under way; it is not touched");
    }

    private boolean reasonMissing(ReplyTo replyTo, OverrideOrder order) {
        if (!order.reason().isBlank()) {
            return false;
        }
        kernel.refuse(
                replyTo,
                RefusalReason.REASON_MISSING,
                "say why, in 1 to " + kernel.limits.reasonBytesMax() + " bytes: it is kept in the audit trail");
        return true;
    }

    private void carryOut(
            ReplyTo replyTo,
            Transaction transaction,
            OverrideOrder order,
            String verb,
            String branch,
            String effect,
            Runnable deed) {
        TransactionSummary before = transaction.summary();
        if (order.dryRun()) {
            kernel.reply(transaction, replyTo, new Answer.OverrideDone(before, null, effect));
            return;
        }
        if (reasonMissing(replyTo, order)) {
            return;
        }
        audit(verb, transaction.id.toString(), branch, transaction.state.toString(), order);
        deed.run();
        kernel.reschedule(transaction);
        kernel.announce(
                Effect.Severity.WARNING,
                transaction.id,
                verb + (branch.isEmpty() ? "" : " " + branch) + " by " + order.operator() + ": " + order.reason());
        kernel.replyAll(replyTo, new Answer.OverrideDone(before, transaction.summary(), effect));
    }

    private void audit(String verb, String subject, String branch, String stateBefore, OverrideOrder order) {
        kernel.apply(new Event.OperatorActed(
                verb, subject, branch, stateBefore, order.reason(), order.operator(), kernel.wallMs()));
    }
}
