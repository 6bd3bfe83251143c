package io.unanimous.sdk;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.ParticipantMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Enlists branches, and waits for the coordinator to confirm them. What is not confirmed is repeated on each new stream,
 * and now and then on the same one, until its time is up: the coordinator answers a repetition as it answered the first.
 * Confined to the participant's loop.
 */
final class Enlistments {

    private final BranchTable table;
    private final Supplier<Status> lastFailure;
    private final Duration timeout;
    private final long askAgainNanos;

    /** Oldest first, so that the first to expire is the first. */
    private final Map<BranchId, Pending> pending = new LinkedHashMap<>();

    private static final class Pending {
        private final Branch branch;
        private final CompletableFuture<BranchId> confirmed = new CompletableFuture<>();
        private final long beganNanos;
        private long sentNanos;

        Pending(Branch branch, long now) {
            this.branch = branch;
            this.beganNanos = now;
            this.sentNanos = now;
        }
    }

    /** @param lastFailure why there is no stream, for messages */
    Enlistments(BranchTable table, Supplier<Status> lastFailure, Duration timeout, Duration askAgainAfter) {
        this.table = table;
        this.lastFailure = lastFailure;
        this.timeout = timeout;
        this.askAgainNanos = askAgainAfter.toNanos();
    }

    /**
     * Begins to enlist a branch, or joins what was begun before.
     *
     * @param result completed when the coordinator has confirmed, or has not
     * @return what to send, if anything
     */
    List<ParticipantMessage> enlist(
            BranchId id, ByteString payload, boolean prepared, long now, CompletableFuture<BranchId> result) {
        Branch known = table.get(id);
        Pending before = pending.get(id);
        if (known != null && known.votesEarly() == prepared && before != null) {
            follow(before.confirmed, result);
        } else if (known != null && known.votesEarly() == prepared && known.isFresh()) {
            result.complete(id);
        } else if (known != null) {
            result.completeExceptionally(Refusals.local(
                    Status.Code.FAILED_PRECONDITION,
                    "BRANCH_NOT_ACTIVE",
                    "No work may begin in branch " + id + ": it is " + known.phase()));
        } else if (table.isFull()) {
            result.completeExceptionally(Refusals.local(
                    Status.Code.RESOURCE_EXHAUSTED,
                    "TOO_MANY_BRANCHES",
                    "This participant has " + Limits.BRANCHES_MAX + " branches in work"));
        } else {
            Branch branch = Branch.enlisting(id, payload, prepared ? Ballot.prepared() : null, now);
            table.put(branch);
            Pending begun = new Pending(branch, now);
            pending.put(id, begun);
            follow(begun.confirmed, result);
            return List.of(message(branch));
        }
        return List.of();
    }

    private static void follow(CompletableFuture<BranchId> confirmed, CompletableFuture<BranchId> result) {
        var unused = confirmed.whenComplete((id, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            } else {
                result.complete(id);
            }
        });
    }

    /** The coordinator answered. One that is not ready yet is asked again: it has not refused. */
    void answered(BranchId id, Enlisted answer, long now) {
        Pending answered = pending.get(id);
        if (answered == null || (answer.hasRefusal() && Refusals.isA(answer.getRefusal(), Status.Code.UNAVAILABLE))) {
            return;
        }
        pending.remove(id);
        if (answer.hasRefusal()) {
            answered.branch.abandon(now);
            answered.confirmed.completeExceptionally(Refusals.rejected(answer.getRefusal()));
        } else {
            answered.branch.enlisted(now);
            answered.confirmed.complete(id);
        }
        table.put(answered.branch);
    }

    /** An order may end a branch before the confirmation of its enlistment was heard. */
    void overtaken(Branch branch) {
        if (branch.phase() == Branch.Phase.ENLISTING) {
            return;
        }
        Pending late = pending.remove(branch.id());
        if (late != null) {
            late.confirmed.completeExceptionally(Refusals.local(
                    Status.Code.FAILED_PRECONDITION,
                    "BRANCH_ENDED",
                    "Branch " + branch.id() + " was told to end before its enlistment was confirmed"));
        }
    }

    /** All that are not confirmed, for a new stream. */
    List<ParticipantMessage> repeatAll(long now) {
        return repeat(now, 0);
    }

    /** Those that were sent a while ago. */
    List<ParticipantMessage> repeatLate(long now) {
        return repeat(now, askAgainNanos);
    }

    private List<ParticipantMessage> repeat(long now, long afterNanos) {
        List<ParticipantMessage> messages = new ArrayList<>();
        for (Pending one : pending.values()) {
            if (now - one.sentNanos >= afterNanos) {
                one.sentNanos = now;
                messages.add(message(one.branch));
            }
        }
        return messages;
    }

    /** Fails those whose time is up. */
    void expire(long now) {
        while (!pending.isEmpty()) {
            Pending oldest = pending.values().iterator().next();
            if (now - oldest.beganNanos < timeout.toNanos()) {
                return;
            }
            giveUp(oldest, now);
        }
    }

    /** Fails them all: the participant is being closed. */
    void close(long now) {
        for (Pending one : List.copyOf(pending.values())) {
            giveUp(one, now);
        }
    }

    private void giveUp(Pending one, long now) {
        Branch branch = one.branch;
        pending.remove(branch.id());
        UnanimousException failure;
        if (branch.votesEarly()) {
            // The vote may have arrived, and then a decision may build on it: only the coordinator can tell.
            branch.leftInDoubt(now);
            failure = new OutcomeUnknownException(branch.id().transactionId(), false, null);
        } else {
            branch.abandon(now);
            failure = new CoordinatorUnavailableException(
                    "Branch " + branch.id() + " was not enlisted within " + timeout.toMillis()
                            + " ms; undo its work. Last failure: " + Texts.of(lastFailure.get()),
                    null);
        }
        table.put(branch);
        one.confirmed.completeExceptionally(failure);
    }

    private static ParticipantMessage message(Branch branch) {
        return Wire.enlist(branch.id(), branch.payload(), branch.votesEarly());
    }
}
