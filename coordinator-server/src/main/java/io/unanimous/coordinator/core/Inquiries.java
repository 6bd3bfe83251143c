package io.unanimous.coordinator.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Answers participants that ask about branches, one by one, from what is or will be durable (P9). */
final class Inquiries {

    /** Branches told to leave that are remembered, so that each raises one alarm. */
    static final int LEFT_MAX = 10_000;

    private record Left(TransactionId transaction, BranchName branch) {}

    private record Deferred(
            long connection,
            Input.InquiredBranch branch,
            InquiryKind kind,
            @Nullable LogPosition asOf) {}

    private final Kernel kernel;
    private final Presumption presumption;
    private final Evidence evidence;
    private final Grace grace;
    private final Delivery delivery;
    private final Deque<Deferred> deferred = new ArrayDeque<>();
    private final Set<Left> left = new LinkedHashSet<>();
    private final Map<String, Long> lastScanMs = new LinkedHashMap<>();

    Inquiries(Kernel kernel, Presumption presumption, Evidence evidence, Grace grace, Delivery delivery) {
        this.kernel = kernel;
        this.presumption = presumption;
        this.evidence = evidence;
        this.grace = grace;
        this.delivery = delivery;
    }

    /** Writes who waits for the grace to end, and which branches were left. */
    void portray(Portrait portrait) {
        portrait.line("deferred").fact(deferred);
        Set<String> leftNames = new TreeSet<>();
        left.forEach(branch -> leftNames.add(branch.toString()));
        portrait.line("left").fact(leftNames);
    }

    void answer(Input.BranchesInquired input, Participants.Connection from) {
        for (Input.InquiredBranch branch : input.branches()) {
            if (!branch.branch().resource().equals(input.resource())) {
                kernel.tell(new Effect.CloseConnection(
                        from.id(),
                        Refusal.of(
                                RefusalReason.NOT_YOUR_RESOURCE,
                                from.participant() + " asks about branch " + branch.branch()
                                        + " in a report of resource " + input.resource())));
                return;
            }
        }
        LogPosition asOf = input.asOf();
        if (asOf != null) {
            evidence.ofPositions(List.of(asOf), from.participant());
        }
        for (Input.InquiredBranch branch : input.branches()) {
            answer(from, branch, input.kind(), input.asOf(), input.reportId());
        }
        if (input.last() && input.kind() == InquiryKind.SCAN) {
            lastScanMs.put(input.resource(), kernel.wallMs());
            grace.reported(input.resource());
            endGraceIfOver();
        }
    }

    /** Whether the grace is over and somebody still has to be answered. */
    boolean answersDue() {
        return !deferred.isEmpty() && !grace.lasts();
    }

    /** Once the grace is over, answers those that had to wait for that, so many in a turn that it stays short. */
    void endGraceIfOver() {
        for (int i = 0; i < kernel.limits.timersPerTurnMax() && answersDue(); i++) {
            Deferred inquiry = deferred.removeFirst();
            Participants.Connection asker = kernel.participants.connection(inquiry.connection());
            if (asker != null) {
                answer(asker, inquiry.branch(), inquiry.kind(), inquiry.asOf(), 0);
            }
        }
    }

    private void answer(
            Participants.Connection from,
            Input.InquiredBranch asked,
            InquiryKind kind,
            @Nullable LogPosition asOf,
            long reportId) {
        Transaction transaction = kernel.state.find(asked.transaction());
        if (transaction != null) {
            endOnePhaseIfNeverReceived(from, transaction, asked, kind);
            answerKnown(from, transaction, asked, kind, reportId);
        } else {
            answerUnknown(from, asked, kind, asOf, reportId);
        }
    }

    /**
     * An incarnation that came back on a new stream and still has the branch in work has not carried out the one-phase
     * commit that went to its old stream. It is not sent a second time (P5), so nobody will ever answer for it.
     */
    private void endOnePhaseIfNeverReceived(
            Participants.Connection from, Transaction transaction, Input.InquiredBranch asked, InquiryKind kind) {
        Branch branch = transaction.branch(asked.branch());
        if (transaction.state == TransactionState.ONE_PHASE
                && kind == InquiryKind.LIVE
                && branch != null
                && branch.incarnation.equals(from.incarnation())
                && branch.onePhaseConnection < from.id()) {
            delivery.endOnePhase(
                    transaction, Outcome.UNKNOWN, "its participant reconnected without having carried it out");
            kernel.reschedule(transaction);
        }
    }

    private void answerKnown(
            Participants.Connection from,
            Transaction transaction,
            Input.InquiredBranch asked,
            InquiryKind kind,
            long reportId) {
        Branch branch = transaction.branch(asked.branch());
        if (branch != null) {
            branch.asker = from.id();
        }
        // Of what is committed, a branch without a vote was committed in one phase.
        boolean decided = branch != null && (branch.vote == Vote.PREPARED || branch.vote == null);
        switch (transaction.state) {
            case ACTIVE -> tell(from, transaction, asked, BranchAnswer.IN_PROGRESS, "undecided", reportId);
            case PREPARING, ONE_PHASE -> {
                if (branch == null) {
                    // Enlisting is over: this branch can no longer get into the decision.
                    tell(from, transaction, asked, BranchAnswer.ROLLBACK, "the branch is not enlisted", reportId);
                } else {
                    tell(from, transaction, asked, BranchAnswer.IN_PROGRESS, "undecided", reportId);
                }
            }
            case COMMITTING, COMMITTED -> {
                if (decided) {
                    tell(from, transaction, asked, BranchAnswer.COMMIT, "decided", reportId);
                } else {
                    tell(
                            from,
                            transaction,
                            asked,
                            BranchAnswer.ROLLBACK,
                            "the branch is outside the decision",
                            reportId);
                }
            }
            case ROLLING_BACK, ROLLED_BACK ->
                tell(from, transaction, asked, BranchAnswer.ROLLBACK, transaction.reason, reportId);
            case UNKNOWN -> {
                if (branch == null) {
                    tell(from, transaction, asked, BranchAnswer.ROLLBACK, "the branch is not enlisted", reportId);
                } else if (kind == InquiryKind.LIVE) {
                    tell(from, transaction, asked, BranchAnswer.ROLLBACK, transaction.reason, reportId);
                } else {
                    leave(from, asked, "its one-phase commit lost its answer", reportId);
                }
            }
        }
    }

    private void answerUnknown(
            Participants.Connection from,
            Input.InquiredBranch asked,
            InquiryKind kind,
            @Nullable LogPosition asOf,
            long reportId) {
        TransactionId id = asked.transaction();
        if (presumption.foreign(id)) {
            leave(from, asked, "another coordinator began it: store " + id.store(), reportId);
        } else if (evidence.ofId(id, from.participant())) {
            leave(from, asked, "this store does not know its id", reportId);
        } else if (kernel.state.inHold()) {
            leave(from, asked, "the coordinator is in HOLD", reportId);
        } else if (!presumption.currentEpoch(id) && grace.lasts()) {
            defer(from, asked, kind, asOf, reportId);
        } else if (kernel.state.prunedAt > evidence.numberOf(asOf)) {
            release(from, asked, 0, BranchAnswer.SCAN_AGAIN, "outcomes were pruned since the report began", reportId);
        } else {
            kernel.counters.add(Counters.Counter.PRESUMED_ROLLBACKS);
            left.remove(new Left(asked.transaction(), asked.branch()));
            warnIfForgotten(from, asked);
            release(from, asked, 1, BranchAnswer.ROLLBACK, "presumed: no decision to commit it is on record", reportId);
        }
    }

    /**
     * Everybody acknowledged what was forgotten, so that none of its branches is prepared any more: unless an operator put
     * an old copy of the resource back. Then a branch that committed is back too, and nobody here can know.
     */
    private void warnIfForgotten(Participants.Connection from, Input.InquiredBranch asked) {
        if (presumption.forgotten(asked.transaction())) {
            kernel.announce(
                    Effect.Severity.WARNING,
                    asked.transaction(),
                    "branch " + asked.branch() + " at " + from.participant()
                            + " is told to roll back by presumption, and its outcome is no longer kept: if its resource"
                            + " was put back from a copy, compare it with the others");
        }
    }

    private void defer(
            Participants.Connection from,
            Input.InquiredBranch asked,
            InquiryKind kind,
            @Nullable LogPosition asOf,
            long reportId) {
        if (deferred.size() < kernel.limits.deferredInquiriesMax()) {
            deferred.addLast(new Deferred(from.id(), asked, kind, asOf));
        }
        release(
                from,
                asked,
                0,
                BranchAnswer.IN_PROGRESS,
                "the coordinator has just started and is still hearing from its participants",
                reportId);
    }

    private void leave(Participants.Connection from, Input.InquiredBranch asked, String why, long reportId) {
        if (left.size() < LEFT_MAX && left.add(new Left(asked.transaction(), asked.branch()))) {
            kernel.counters.add(Counters.Counter.LEFT);
            kernel.announce(
                    Effect.Severity.ALARM,
                    asked.transaction(),
                    "branch " + asked.branch() + " at " + from.participant() + " is left as it is: " + why);
        }
        release(from, asked, 0, BranchAnswer.LEAVE, why, reportId);
    }

    private void tell(
            Participants.Connection from,
            Transaction transaction,
            Input.InquiredBranch asked,
            BranchAnswer answer,
            String detail,
            long reportId) {
        left.remove(new Left(asked.transaction(), asked.branch()));
        Branch branch = transaction.branch(asked.branch());
        int attempt = 1;
        if (branch != null && answer != BranchAnswer.IN_PROGRESS) {
            delivery.attempt(transaction, branch);
            attempt = branch.attempts;
            kernel.reschedule(transaction);
        }
        kernel.tell(
                transaction,
                new Effect.SendOutcome(
                        from.id(),
                        asked.transaction(),
                        asked.branch(),
                        attempt,
                        answer,
                        detail,
                        branch == null ? Payload.EMPTY : branch.payload,
                        reportId));
    }

    private void release(
            Participants.Connection from,
            Input.InquiredBranch asked,
            int attempt,
            BranchAnswer answer,
            String detail,
            long reportId) {
        kernel.tellAll(new Effect.SendOutcome(
                from.id(), asked.transaction(), asked.branch(), attempt, answer, detail, Payload.EMPTY, reportId));
    }

    /** Answers about a transaction that is gone and its late voter: as if the voter had asked. */
    void answerVoter(Input.VoteReceived vote, Participants.Connection from) {
        answer(from, new Input.InquiredBranch(vote.transaction(), vote.branch()), InquiryKind.OVERDUE, null, 0);
    }

    /** When a resource's last complete scan was reported; 0 for never. */
    long lastScanMs(String resource) {
        return lastScanMs.getOrDefault(resource, 0L);
    }

    /** Branches of a resource that were told to leave. */
    List<String> left(String resource) {
        List<String> names = new ArrayList<>();
        for (Left branch : left) {
            if (branch.branch().resource().equals(resource)) {
                names.add(branch.transaction() + " " + branch.branch());
            }
        }
        return names;
    }

    long leftCount() {
        left.removeIf(this::endedSince);
        return left.size();
    }

    /** Whether an operator has recorded by now what became of a branch that was told to leave. */
    private boolean endedSince(Left told) {
        Transaction transaction = kernel.state.find(told.transaction());
        Branch branch = transaction == null ? null : transaction.branch(told.branch());
        return branch != null && branch.ended();
    }
}
