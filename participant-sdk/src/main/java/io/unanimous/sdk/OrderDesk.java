package io.unanimous.sdk;

import io.unanimous.v1.BranchOutcome;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.ParticipantMessage;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what the coordinator says about branches: sorts out what may not be obeyed, hands orders to their branches,
 * and does what these then ask for. Confined to the participant's loop.
 */
final class OrderDesk {

    private static final Logger LOG = LoggerFactory.getLogger(OrderDesk.class);

    private final String resource;
    private final String incarnation;
    private final BranchTable table;
    private final BranchCalls calls;
    private final Enlistments enlistments;
    private final Evidence evidence;
    private final Consumer<ParticipantMessage> out;
    private final Runnable scanNow;
    private final Executor loop;
    private final LongSupplier nanoTime;
    private final Set<BranchId> leftToOthers = new LinkedHashSet<>();

    private boolean inHold;
    private long prepareTimeoutNanos = Duration.ofSeconds(10).toNanos();
    private int callsInProgress;

    OrderDesk(
            String resource,
            String incarnation,
            BranchTable table,
            BranchCalls calls,
            Enlistments enlistments,
            Evidence evidence,
            Consumer<ParticipantMessage> out,
            Runnable scanNow,
            Executor loop,
            LongSupplier nanoTime) {
        this.resource = resource;
        this.incarnation = incarnation;
        this.table = table;
        this.calls = calls;
        this.enlistments = enlistments;
        this.evidence = evidence;
        this.out = out;
        this.scanNow = scanNow;
        this.loop = loop;
        this.nanoTime = nanoTime;
    }

    /** Calls of the participant, running and queued. */
    int callsInProgress() {
        return callsInProgress;
    }

    /**
     * A coordinator welcomes.
     *
     * @return false if it was replaced by one with a higher epoch, and must not be obeyed
     */
    boolean welcomed(LogPosition position, boolean hold, long prepareTimeoutMs) {
        if (!evidence.admits(position.getCoordinator(), position.getPartition(), position.getEpoch())) {
            evidence.refused(position);
            return false;
        }
        inHold = hold;
        evidence.observe(position, hold);
        if (prepareTimeoutMs > 0) {
            prepareTimeoutNanos = nanos(prepareTimeoutMs);
        }
        return true;
    }

    /**
     * Takes one message.
     *
     * @param from the position that the coordinator told in Welcome
     * @throws IllegalArgumentException if the message is malformed; then it changed nothing
     */
    void take(CoordinatorMessage message, LogPosition from) {
        String coordinator = from.getCoordinator();
        switch (message.getMessageCase()) {
            case ENLISTED -> enlisted(message.getEnlisted(), coordinator);
            case PREPARE -> {
                var prepare = message.getPrepare();
                long within = prepare.getVoteWithinMs() > 0 ? nanos(prepare.getVoteWithinMs()) : prepareTimeoutNanos;
                Order order = Wire.order(prepare, coordinator, nanoTime.getAsLong() + within);
                obey(order, prepare.getLogNumber(), from);
            }
            case COMMIT ->
                obey(
                        Wire.order(message.getCommit(), coordinator),
                        message.getCommit().getLogNumber(),
                        from);
            case ROLLBACK -> obey(Wire.order(message.getRollback(), coordinator), 0, from);
            case FORGET -> obey(Wire.order(message.getForget(), coordinator), 0, from);
            case OUTCOME -> outcome(message.getOutcome(), from);
            case HEARTBEAT -> {
                inHold = message.getHeartbeat().getHold();
                if (message.getHeartbeat().hasPosition()) {
                    evidence.observe(Wire.position(message.getHeartbeat().getPosition()), inHold);
                }
            }
            case WELCOME, DRAIN, MESSAGE_NOT_SET ->
                throw new IllegalArgumentException(message.getMessageCase() + " in the middle of a stream");
        }
    }

    private void enlisted(Enlisted answer, String coordinator) {
        BranchId id = Wire.branch(answer.getBranch());
        if (evidence.admits(coordinator, Names.partitionOf(id.transactionId()), answer.getEpoch())) {
            enlistments.answered(id, answer, nanoTime.getAsLong());
        }
    }

    private void outcome(BranchOutcome outcome, LogPosition from) {
        BranchId id = Wire.branch(outcome.getBranch());
        switch (outcome.getAnswer()) {
            case BRANCH_ANSWER_COMMIT ->
                obey(Wire.order(Order.Kind.COMMIT, outcome, from.getCoordinator()), outcome.getLogNumber(), from);
            case BRANCH_ANSWER_ROLLBACK ->
                obey(Wire.order(Order.Kind.ROLLBACK, outcome, from.getCoordinator()), outcome.getLogNumber(), from);
            case BRANCH_ANSWER_IN_PROGRESS -> LOG.debug("{} is in progress", id);
            case BRANCH_ANSWER_LEAVE -> leave(id, outcome.getDetail());
            case BRANCH_ANSWER_SCAN_AGAIN -> scanAgain(id, outcome, from);
            case BRANCH_ANSWER_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("an answer of no known kind for " + id);
        }
    }

    /** The scan has to know what the coordinator knew when it asked, or it would be asked for again at once. */
    private void scanAgain(BranchId id, BranchOutcome outcome, LogPosition from) {
        int partition = Names.partitionOf(id.transactionId());
        if (evidence.admits(from.getCoordinator(), partition, outcome.getEpoch())) {
            observe(partition, outcome.getEpoch(), outcome.getLogNumber(), from);
            scanNow.run();
        }
    }

    private void leave(BranchId id, String why) {
        if (leftToOthers.add(id)) {
            LOG.warn("Branch {} is not this coordinator's to end and stays; an operator has to look: {}", id, why);
        }
        if (leftToOthers.size() > Limits.LEFT_BRANCHES_REMEMBERED_MAX) {
            leftToOthers.remove(leftToOthers.iterator().next());
        }
    }

    private void obey(Order order, long logNumber, LogPosition from) {
        if (!order.branch().resource().equals(resource)) {
            throw new IllegalArgumentException(order + " is for another resource");
        }
        if (!evidence.admits(order.coordinator(), order.partition(), order.epoch())) {
            LOG.warn("Dropped, since a higher epoch was seen: {}", order);
            return;
        }
        observe(order.partition(), order.epoch(), logNumber, from);
        long now = nanoTime.getAsLong();
        Branch known = table.get(order.branch());
        if (known == null && order.kind() == Order.Kind.PREPARE) {
            out.accept(Wire.vote(order, Ballot.refused(unknownHere())));
        } else if (known == null && order.kind() == Order.Kind.ONE_PHASE) {
            out.accept(Wire.ack(order, Ending.unknown(unknownHere())));
        } else {
            Branch branch = known == null ? Branch.unknown(order.branch(), now) : known;
            perform(branch, branch.take(order, now));
            enlistments.overtaken(branch);
        }
    }

    /** Only Welcome and Heartbeat tell an epoch's nonce, so what follows them raises the position of that epoch alone. */
    private void observe(int partition, long epoch, long logNumber, LogPosition from) {
        if (epoch == from.getEpoch() && partition == from.getPartition()) {
            evidence.observe(from, logNumber, inHold);
        }
    }

    private String unknownHere() {
        return "this incarnation, " + incarnation + ", does not know the branch";
    }

    private void perform(Branch branch, List<Reaction> reactions) {
        table.put(branch);
        for (Reaction reaction : reactions) {
            if (reaction instanceof Reaction.Call call) {
                callsInProgress++;
                calls.make(call, result -> loop.execute(() -> returned(branch, call.order(), result)));
            } else if (reaction instanceof Reaction.CastVote vote) {
                out.accept(Wire.vote(vote.order(), vote.ballot()));
            } else if (reaction instanceof Reaction.Acknowledge ack) {
                out.accept(Wire.ack(ack.order(), ack.ending()));
            } else if (reaction instanceof Reaction.Alarm alarm) {
                raise(alarm);
            }
        }
    }

    private void returned(Branch branch, Order order, CallResult result) {
        callsInProgress--;
        perform(branch, branch.returned(order, result, nanoTime.getAsLong()));
    }

    private void raise(Reaction.Alarm alarm) {
        LOG.error(
                "ALARM: {} contradicts what was done, and is not carried out: {}",
                alarm.order(),
                alarm.contradiction());
        String detail = "refused: " + alarm.contradiction();
        boolean onePhase = alarm.order().kind() == Order.Kind.ONE_PHASE;
        out.accept(Wire.ack(alarm.order(), onePhase ? Ending.unknown(detail) : Ending.retry(detail)));
    }

    private static long nanos(long millis) {
        return Duration.ofMillis(Math.min(millis, Limits.TRANSACTION_TIMEOUT_MAX.toMillis()))
                .toNanos();
    }
}
