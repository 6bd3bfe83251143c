package io.unanimous.sdk;

import com.google.protobuf.ByteString;
import io.unanimous.sdk.Ballot.Vote;
import io.unanimous.sdk.Ending.Result;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One branch as its participant's process knows it: a state machine that takes orders and ends of calls, and says what is
 * to be done. It does no I/O, reads no clock and calls nobody.
 *
 * <pre>
 * ENLISTING -> ACTIVE -> PREPARING -> VOTED -> ENDING -> ENDED
 * </pre>
 *
 * A branch of an earlier life, or of another process, starts in VOTED or ENDING: whoever prepared it is not known here.
 *
 * <p>What must hold: one call at a time; one vote, replayed for ever; after the first order to end (commit, one-phase
 * commit or rollback) no opposite one is carried out. An ended branch is kept for a while as a tombstone, so that what
 * comes late finds it ended and not absent.
 *
 * <p>Confined to the participant's loop, but for {@link #phase()}, which any thread may read.
 */
final class Branch {

    /** Where a branch stands. */
    enum Phase {
        /** The coordinator has not confirmed the enlistment. */
        ENLISTING,
        /** Work may be done. */
        ACTIVE,
        /** Told to prepare. */
        PREPARING,
        /** Has voted, or is prepared for all that is known here; waits for the outcome. */
        VOTED,
        /** Told to end, and has not ended. */
        ENDING,
        /** Ended: a tombstone. */
        ENDED
    }

    private static final String ROLLED_BACK_HERE = "the branch is rolled back here";

    private final BranchId id;
    private final boolean begunHere;
    private final ByteString payload;
    private final boolean votesEarly;
    private volatile Phase phase;
    private long sinceNanos;
    private @Nullable Ballot ballot;

    /** The first order to end that it was told; an opposite one contradicts it. */
    private Order.@Nullable Kind told;

    /** How that ended; null while it has not. */
    private @Nullable Ending ending;

    /** An earlier attempt at that order may have reached the resource. */
    private boolean tried;

    /** The order whose call runs; replaced when the same order is delivered again, so that the answer names the latest. */
    private @Nullable Order running;

    /** Orders that wait for that call to return, at most one of a kind. Nearly always none, and that takes no room. */
    private List<Order> waiting = List.of();

    /** The list of the table that it stands in, if any, and its neighbours there. */
    @Nullable
    BranchList list;

    @Nullable
    Branch older;

    @Nullable
    Branch newer;

    private Branch(BranchId id, boolean begunHere, ByteString payload, @Nullable Ballot ballot, Phase phase, long now) {
        this.id = id;
        this.begunHere = begunHere;
        this.payload = payload;
        this.ballot = ballot;
        this.votesEarly = ballot != null;
        this.phase = phase;
        this.sinceNanos = now;
    }

    /** A branch whose enlistment is about to be sent. */
    static Branch enlisting(BranchId id, ByteString payload, @Nullable Ballot earlyVote, long now) {
        return new Branch(id, true, payload, earlyVote, Phase.ENLISTING, now);
    }

    /** A branch that this life of the process knows nothing of but what it is told now. */
    static Branch unknown(BranchId id, long now) {
        return new Branch(id, false, ByteString.EMPTY, null, Phase.VOTED, now);
    }

    BranchId id() {
        return id;
    }

    /** From any thread. */
    Phase phase() {
        return phase;
    }

    /** When it came into its phase. */
    long sinceNanos() {
        return sinceNanos;
    }

    ByteString payload() {
        return payload;
    }

    /** It is prepared already when it enlists. */
    boolean votesEarly() {
        return votesEarly;
    }

    /** Its enlistment is confirmed, and nothing has happened to it since. */
    boolean isFresh() {
        return phase == Phase.ACTIVE || (votesEarly && phase == Phase.VOTED);
    }

    /** It has not voted, has refused, or was told to roll back: no decision to commit ever counted on it. */
    boolean surelyNotCommitted() {
        boolean refused = ballot != null && ballot.vote() == Vote.REFUSED;
        return phase == Phase.ACTIVE || refused || told == Order.Kind.ROLLBACK;
    }

    /** Told to end, did not succeed, and waits to be told again. */
    boolean awaitsRepetition() {
        return phase == Phase.ENDING && running == null && waiting.isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ enlistment

    /** The coordinator confirmed the enlistment. */
    void enlisted(long now) {
        if (phase == Phase.ENLISTING) {
            enter(ballot == null ? Phase.ACTIVE : Phase.VOTED, now);
        }
    }

    /** Nobody knows whether the coordinator took the early vote: the branch stays prepared until it is told. */
    void leftInDoubt(long now) {
        enter(Phase.VOTED, now);
    }

    /** The enlistment failed and the application undoes the work: refuse whatever comes but Rollback. */
    void abandon(long now) {
        told = Order.Kind.ROLLBACK;
        enter(Phase.ENDED, now);
    }

    /** A scan that began after the branch had ended still found it: whatever was believed, it is not ended. */
    void resurface(long now) {
        ending = null;
        tried = true;
        enter(told == null ? Phase.VOTED : Phase.ENDING, now);
    }

    // ---------------------------------------------------------------------------------------------------- orders

    /** Takes in an order. */
    List<Reaction> take(Order order, long now) {
        return switch (order.kind()) {
            case PREPARE -> takePrepare(order, now);
            case COMMIT -> takeCommit(order, now);
            case ONE_PHASE -> takeOnePhase(order, now);
            case ROLLBACK -> takeRollback(order, now);
            case FORGET -> call(order);
        };
    }

    private List<Reaction> takePrepare(Order order, long now) {
        switch (phase) {
            case ACTIVE -> {
                enter(Phase.PREPARING, now);
                return call(order);
            }
            case PREPARING -> {
                return call(order);
            }
            case ENLISTING -> {
                if (ballot == null) {
                    abandon(now);
                    return refuse(order, "its enlistment was not confirmed to the participant");
                }
            }
            case VOTED, ENDING, ENDED -> {
                // The stored vote is replayed below.
            }
        }
        if (told == Order.Kind.ROLLBACK) {
            return refuse(order, ROLLED_BACK_HERE);
        }
        return ballot == null
                ? refuse(order, "this incarnation did not begin the branch")
                : List.of(new Reaction.CastVote(order, ballot));
    }

    private List<Reaction> takeCommit(Order order, long now) {
        if (told == Order.Kind.COMMIT) {
            return again(order, now);
        }
        if (told != null) {
            return alarm(order, "the branch was told " + told + " before");
        }
        if (ballot != null && ballot.vote() == Vote.READ_ONLY) {
            return acknowledge(order, Ending.done());
        }
        boolean prepared = ballot != null ? ballot.vote() == Vote.PREPARED : !begunHere;
        if (!prepared) {
            return alarm(order, "the branch has not voted for it");
        }
        return end(order, now);
    }

    private List<Reaction> takeOnePhase(Order order, long now) {
        if (told == Order.Kind.ONE_PHASE) {
            return again(order, now);
        }
        if (told == Order.Kind.ROLLBACK) {
            return acknowledge(order, Ending.rolledBack(ROLLED_BACK_HERE));
        }
        if (told == null && phase == Phase.ENLISTING && ballot == null) {
            abandon(now);
            return acknowledge(order, Ending.rolledBack("the enlistment was not confirmed to the participant"));
        }
        if (phase != Phase.ACTIVE) {
            return alarm(order, "the branch is " + phase + ", and one phase is for branches at work");
        }
        return end(order, now);
    }

    private List<Reaction> takeRollback(Order order, long now) {
        if (told == Order.Kind.ROLLBACK) {
            return again(order, now);
        }
        if (told == Order.Kind.ONE_PHASE && ending != null && isRolledBack(ending.result())) {
            return acknowledge(order, Ending.done());
        }
        if (told != null) {
            return alarm(order, "the branch was told " + told + " before");
        }
        return end(order, now);
    }

    private List<Reaction> end(Order order, long now) {
        told = order.kind();
        enter(Phase.ENDING, now);
        return call(order);
    }

    /** The same order to end, once more. */
    private List<Reaction> again(Order order, long now) {
        if (ending != null) {
            return acknowledge(order, ending);
        }
        enter(Phase.ENDING, now);
        return call(order);
    }

    /** Calls the participant, or has the order wait for the call that runs, or renews the one that waits. */
    private List<Reaction> call(Order order) {
        if (running == null) {
            running = order;
            return List.of(new Reaction.Call(order, context(order)));
        }
        if (running.kind() == order.kind()) {
            running = order;
        } else {
            List<Order> orders = new ArrayList<>(waiting);
            orders.removeIf(earlier -> earlier.kind() == order.kind());
            orders.add(order);
            waiting = orders;
        }
        return List.of();
    }

    private BranchContext context(Order order) {
        ByteString known = order.payload().isEmpty() ? payload : order.payload();
        boolean firstAttempt = begunHere && !order.recovery() && order.attempt() <= 1 && !tried;
        return new BranchContext(id, known.toByteArray(), order.attempt(), !firstAttempt);
    }

    // ----------------------------------------------------------------------------------------------------- calls

    /** The call that was made for {@code called} has returned. */
    List<Reaction> returned(Order called, CallResult result, long now) {
        Order order = running;
        if (order == null) {
            throw new IllegalStateException("No call of branch " + id + " runs, but one returned " + result);
        }
        running = null;
        List<Reaction> reactions = new ArrayList<>(2);
        if (result instanceof CallResult.Voted voted) {
            reactions.addAll(voted(order, voted.ballot(), now));
        } else if (result instanceof CallResult.Ended ended) {
            reactions.addAll(ended(order, ended.ending(), now));
        } else if (order.epoch() > called.epoch()) {
            // While the call waited for a worker, the coordinator of the higher epoch ordered the same.
            reactions.addAll(call(order));
        } else {
            dropped(order, now);
        }
        if (!waiting.isEmpty()) {
            Order next = waiting.get(0);
            waiting = List.copyOf(waiting.subList(1, waiting.size()));
            reactions.addAll(call(next));
        }
        return reactions;
    }

    private List<Reaction> voted(Order order, Ballot cast, long now) {
        ballot = cast;
        if (phase != Phase.PREPARING) {
            // The rollback did not wait for the vote, and follows this call.
            return List.of();
        }
        enter(cast.vote() == Vote.READ_ONLY ? Phase.ENDED : Phase.VOTED, now);
        return List.of(new Reaction.CastVote(order, cast));
    }

    private List<Reaction> ended(Order order, Ending how, long now) {
        if (order.kind() != Order.Kind.FORGET) {
            tried = true;
            if (how.result() != Result.RETRY) {
                ending = how;
                enter(Phase.ENDED, now);
            }
        } else if (told == null && !begunHere) {
            // Known only because it was to be forgotten.
            enter(Phase.ENDED, now);
        }
        return acknowledge(order, how);
    }

    /** As if it had never been ordered: the coordinator of the higher epoch says what is to be done. */
    private void dropped(Order order, long now) {
        if (order.kind() == told && !tried) {
            told = null;
        }
        if (order.kind() != Order.Kind.FORGET && told == null) {
            enter(ballot == null && begunHere ? Phase.ACTIVE : Phase.VOTED, now);
        }
    }

    private void enter(Phase next, long now) {
        phase = next;
        sinceNanos = now;
    }

    private static boolean isRolledBack(Result result) {
        return result == Result.ROLLED_BACK || result == Result.HEURISTIC_ROLLED_BACK;
    }

    private static List<Reaction> refuse(Order order, String why) {
        return List.of(new Reaction.CastVote(order, Ballot.refused(why)));
    }

    private static List<Reaction> acknowledge(Order order, Ending ending) {
        return List.of(new Reaction.Acknowledge(order, ending));
    }

    private static List<Reaction> alarm(Order order, String contradiction) {
        return List.of(new Reaction.Alarm(order, contradiction));
    }

    @Override
    public String toString() {
        return id + " " + phase + (told == null ? "" : " told " + told);
    }
}
