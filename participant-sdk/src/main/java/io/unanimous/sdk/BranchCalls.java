package io.unanimous.sdk;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the calls of one participant's code, on worker threads, and turns whatever comes of them into results.
 *
 * <p>Prepares and one-phase commits run in a lane that leaves workers free: a participant that hangs while it prepares
 * still commits and rolls back its other branches. Whether the order may still be obeyed is looked at as late as
 * possible, because any pause may lie between an order's arrival and its execution.
 */
final class BranchCalls {

    private static final Logger LOG = LoggerFactory.getLogger(BranchCalls.class);

    private final Participant participant;
    private final Evidence evidence;
    private final CrashPoints crashPoints;
    private final LongSupplier nanoTime;
    private final Executor secondPhase;
    private final Executor firstPhase;

    BranchCalls(
            Participant participant,
            Evidence evidence,
            CrashPoints crashPoints,
            LongSupplier nanoTime,
            Executor secondPhase,
            Executor firstPhase) {
        this.participant = participant;
        this.evidence = evidence;
        this.crashPoints = crashPoints;
        this.nanoTime = nanoTime;
        this.secondPhase = secondPhase;
        this.firstPhase = firstPhase;
    }

    /** Makes a call as soon as a worker is free; {@code returned} is told on that worker. Never blocks. */
    void make(Reaction.Call call, Consumer<CallResult> returned) {
        Executor lane = switch (call.order().kind()) {
            case PREPARE, ONE_PHASE -> firstPhase;
            case COMMIT, ROLLBACK, FORGET -> secondPhase;
        };
        lane.execute(() -> {
            // A crash point may end the call by an error, in place of the process: then nothing is said about it.
            CallResult result = new CallResult.Dropped();
            try {
                result = carryOut(call.order(), call.context());
            } finally {
                returned.accept(result);
            }
        });
    }

    private CallResult carryOut(Order order, BranchContext context) {
        if (isSuperseded(order)) {
            return new CallResult.Dropped();
        }
        return switch (order.kind()) {
            case PREPARE -> prepare(order, context);
            case COMMIT -> commit(order, context);
            case ONE_PHASE -> onePhase(context);
            case ROLLBACK -> rollback(context);
            case FORGET ->
                new CallResult.Ended(ending(context, () -> {
                    participant.forget(context);
                    return Ending.done();
                }));
        };
    }

    private CallResult prepare(Order order, BranchContext context) {
        if (nanoTime.getAsLong() - order.dueNanos() > 0) {
            return new CallResult.Voted(Ballot.refused("the time to vote had passed before prepare could begin"));
        }
        crashPoints.reached(CrashPoint.BEFORE_PREPARE, context.transactionId());
        Ballot ballot = vote(context);
        crashPoints.reached(CrashPoint.AFTER_PREPARE_BEFORE_VOTE, context.transactionId());
        return new CallResult.Voted(ballot);
    }

    private CallResult commit(Order order, BranchContext context) {
        try {
            evidence.secure();
        } catch (IOException unwritable) {
            LOG.error("Cannot keep the evidence of the decision; {} is not carried out now", order, unwritable);
            return new CallResult.Ended(Ending.retry("the evidence file cannot be written: " + Texts.of(unwritable)));
        }
        if (isSuperseded(order)) {
            return new CallResult.Dropped();
        }
        crashPoints.reached(CrashPoint.BEFORE_COMMIT, context.transactionId());
        Ending ending = ending(context, () -> participant.commit(context));
        crashPoints.reached(CrashPoint.AFTER_COMMIT_BEFORE_ACK, context.transactionId());
        return new CallResult.Ended(ending);
    }

    private CallResult rollback(BranchContext context) {
        crashPoints.reached(CrashPoint.BEFORE_ROLLBACK, context.transactionId());
        Ending ending = ending(context, () -> participant.rollback(context));
        crashPoints.reached(CrashPoint.AFTER_ROLLBACK_BEFORE_ACK, context.transactionId());
        return new CallResult.Ended(ending);
    }

    private CallResult onePhase(BranchContext context) {
        crashPoints.reached(CrashPoint.BEFORE_ONE_PHASE, context.transactionId());
        Ending ending = onePhaseEnding(context);
        crashPoints.reached(CrashPoint.AFTER_ONE_PHASE_BEFORE_ACK, context.transactionId());
        return new CallResult.Ended(ending);
    }

    private boolean isSuperseded(Order order) {
        boolean superseded = !evidence.admits(order.coordinator(), order.partition(), order.epoch());
        if (superseded) {
            LOG.warn("Not carried out, since a higher epoch was seen meanwhile: {}", order);
        }
        return superseded;
    }

    // What follows is the one boundary around the application's code: whatever it throws becomes an answer.

    @SuppressWarnings("NullAway") // An application may return null whatever the annotations say.
    private Ballot vote(BranchContext context) {
        try {
            Ballot ballot = participant.prepare(context);
            return ballot == null ? Ballot.refused("the participant's prepare returned null") : ballot;
        } catch (Throwable thrown) {
            LOG.warn("Prepare of {} failed, which counts as a refusal", context, thrown);
            return Ballot.refused(Texts.of(thrown));
        }
    }

    /** Commit, rollback, forget: what went wrong is told again later. */
    @SuppressWarnings("NullAway") // As above.
    private static Ending ending(BranchContext context, Callable<Ending> call) {
        try {
            Ending ending = call.call();
            if (ending == null) {
                return Ending.retry("the participant returned null");
            }
            return switch (ending.result()) {
                case DONE, RETRY, HEURISTIC_COMMITTED, HEURISTIC_ROLLED_BACK, HEURISTIC_MIXED, HEURISTIC_HAZARD ->
                    ending;
                case ROLLED_BACK, UNKNOWN ->
                    Ending.retry("the participant answered " + ending.result() + ", which is for one-phase commits: "
                            + ending.detail());
            };
        } catch (Throwable thrown) {
            LOG.warn("Ending {} failed; it will be told again", context, thrown);
            return Ending.retry(Texts.of(thrown));
        }
    }

    /** A one-phase commit is never repeated: whatever is not clearly done or undone is unknown. */
    @SuppressWarnings("NullAway") // As above.
    private Ending onePhaseEnding(BranchContext context) {
        try {
            Ending ending = participant.commitOnePhase(context);
            if (ending == null) {
                return Ending.unknown("the participant returned null");
            }
            return ending.result() == Ending.Result.RETRY ? Ending.unknown(ending.detail()) : ending;
        } catch (Throwable thrown) {
            LOG.warn("The one-phase commit of {} failed: its outcome is unknown", context, thrown);
            return Ending.unknown(Texts.of(thrown));
        }
    }
}
