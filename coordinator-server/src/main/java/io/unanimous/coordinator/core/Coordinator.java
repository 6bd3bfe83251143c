package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The two-phase-commit coordinator as a deterministic state machine: the same state and the same input give the same
 * output. It has no clock, thread, randomness or I/O; {@code runtime} owns the one thread that calls it.
 *
 * <h2>Implementation note</h2>
 *
 * <p><b>The commit condition.</b> A transaction is committed if and only if its {@code CommitDecided} record is durable.
 *
 * <pre>
 *   ACTIVE -> PREPARING -> COMMITTING -> COMMITTED
 *   ACTIVE | PREPARING -> ROLLING_BACK -> ROLLED_BACK
 *   ACTIVE -> ONE_PHASE -> COMMITTED | ROLLED_BACK | UNKNOWN
 * </pre>
 *
 * <p><b>Inputs, events, effects.</b> {@link #step} takes an input, reads state, applies the {@link Event}s that follow
 * and names the {@link Effect}s that are wanted. Only events change what the protocol knows, and only
 * {@link CoordinatorState#apply} takes them, live and in recovery alike. What is kept beside it (who is connected, what
 * was sent how often, who waits for an answer, timers) may be lost at any moment at the price of a repeated message.
 *
 * <p><b>Why nothing is told too early (P6).</b> CommitDecided is applied at once, before it is on disk, so that the loop
 * need not wait. Every effect therefore carries the number of the newest forced record of the state that it reveals, and
 * the runtime holds it back until that record is synced.
 *
 * <p><b>Why recovery is right (P8 to P11).</b> Presumed abort: what is undecided leaves no record, and after a restart
 * nobody can add to it, since its epoch has ended and commits are asked for by ids of the epoch. What is decided is read
 * back, and delivered until every branch has acknowledged. So an id of an ended epoch without a record was never
 * committed, unless records were lost (evidence of that leads to HOLD) or pruned (the horizon says so); in both cases
 * nothing is presumed.
 */
public final class Coordinator {

    /** How often outcomes are looked through for those that have been kept long enough. */
    static final long PRUNE_EVERY_MS = 60_000;

    private final Kernel kernel;
    private final Grace grace;
    private final Presumption presumption;
    private final Evidence evidence;
    private final Delivery delivery;
    private final Lifecycle lifecycle;
    private final Inquiries inquiries;
    private final Operators operators;
    private final Queries queries;
    private boolean started;
    private long nextPruneMs;
    /** Nothing that is kept may be pruned now; tried again with the next look. */
    private boolean pruneBlocked;

    /** A coordinator of one partition of a store that has replayed nothing yet. */
    public Coordinator(Limits limits, UUID store, int partition) {
        kernel = new Kernel(limits, store, partition);
        grace = new Grace(kernel);
        presumption = new Presumption(kernel, grace);
        evidence = new Evidence(kernel, presumption);
        delivery = new Delivery(kernel, presumption);
        lifecycle = new Lifecycle(kernel, delivery, presumption);
        inquiries = new Inquiries(kernel, presumption, evidence, grace, delivery);
        operators = new Operators(kernel, lifecycle, delivery, presumption);
        queries = new Queries(kernel, presumption, inquiries, grace, delivery);
    }

    // ---- recovery -----------------------------------------------------------------------------------------------

    /**
     * Takes in one record read back from the log; records come in order of their numbers, all before start.
     *
     * @throws IllegalStateException when the record cannot follow those before it: the log is not to be believed
     */
    public void replay(LogRecord record) {
        if (started) {
            throw new IllegalStateException("record " + record.number() + " is replayed after the start");
        }
        if (record.number() <= kernel.state.lastNumber) {
            throw new IllegalStateException(
                    "record " + record.number() + " comes after record " + kernel.state.lastNumber);
        }
        long current = kernel.state.currentEpoch();
        if (record.epoch() < current) {
            // Written by a leader after its successor had begun: it never held (P15), and its number is taken.
            kernel.state.lastNumber = record.number();
            return;
        }
        boolean begins = record.event() instanceof Event.EpochStarted epoch
                && epoch.epoch() == record.epoch()
                && epoch.epoch() > current;
        if (record.event() instanceof Event.EpochStarted && !begins) {
            throw new IllegalStateException("record " + record.number() + " begins epoch " + record.epoch()
                    + ", which is not above epoch " + current);
        }
        if (record.epoch() > current && !begins) {
            throw new IllegalStateException("record " + record.number() + " is of epoch " + record.epoch()
                    + ", whose beginning is not on record before it");
        }
        kernel.state.apply(record.event(), record.number(), true);
    }

    /**
     * Begins a new epoch after replay, and takes up what unfinished decisions still owe.
     *
     * <p>Nothing may be released, and no input stepped, before the records in {@code turn} are on disk.
     *
     * @param nonce random, within 0 and 2^30 - 1
     * @param findings reasons to start in HOLD
     */
    public void start(int nonce, List<HoldFinding> findings, Now now, Turn turn) {
        if (started) {
            throw new IllegalStateException("started twice");
        }
        started = true;
        kernel.begin(now, turn);
        // Never below the wall clock: an epoch restored from a backup must not meet one that ran since. Nor below any
        // that a participant has seen: with the clock set back it would obey nobody else until that has caught up.
        long epoch = Math.max(kernel.state.highestEpochSeen() + 1, now.wallMs());
        kernel.apply(new Event.EpochStarted(epoch, nonce, now.wallMs()));
        evidence.hold(findings);
        kernel.participants.started(now.monotonicMs());
        grace.started();
        for (Transaction transaction : kernel.state.open.values()) {
            transaction.deadlineMs = now.monotonicMs() + kernel.limits.rollbackRetryMs();
            delivery.resume(transaction);
        }
        for (Transaction transaction : new ArrayList<>(kernel.state.open.values())) {
            delivery.finishIfDone(transaction);
        }
        for (Transaction transaction : kernel.state.kept.values()) {
            if (transaction.mark != HeuristicMark.NONE && transaction.noted) {
                delivery.resumeForgetting(transaction);
            }
        }
        nextPruneMs = now.monotonicMs() + PRUNE_EVERY_MS;
        pruneUnneeded();
    }

    // ---- live ---------------------------------------------------------------------------------------------------

    /**
     * Takes one input: reads state, applies the events that follow, and puts records and effects into the turn.
     *
     * <p>Every input has an answer in every state. An IllegalStateException is a broken invariant: the process stops.
     */
    public void step(Input input, Now now, Turn turn) {
        if (!started) {
            throw new IllegalStateException("not started, and given " + input);
        }
        kernel.begin(now, turn);
        grace.count();
        if (input instanceof Input.VoteReceived vote) {
            Participants.Connection from =
                    speaker(vote.connection(), vote.branch().resource());
            if (from != null) {
                vote(vote, from);
            }
        } else if (input instanceof Input.AckReceived ack) {
            Participants.Connection from =
                    speaker(ack.connection(), ack.branch().resource());
            if (from != null) {
                delivery.acknowledged(ack, from);
            }
        } else if (input instanceof Input.BranchEnlisted enlist) {
            Participants.Connection from = kernel.participants.connection(enlist.connection());
            if (from != null) {
                lifecycle.enlist(enlist, from);
            }
        } else if (input instanceof Input.BeginRequested begin) {
            lifecycle.begin(begin);
        } else if (input instanceof Input.CommitRequested commit) {
            lifecycle.commit(commit);
        } else if (input instanceof Input.RollbackRequested rollback) {
            lifecycle.rollBackRequested(rollback);
        } else if (input instanceof Input.LogSynced synced) {
            delivery.synced(synced.number());
        } else if (input instanceof Input.Tick) {
            tick();
        } else if (input instanceof Input.OutcomeAsked asked) {
            queries.outcome(asked);
        } else if (input instanceof Input.BranchesInquired inquired) {
            Participants.Connection from = speaker(inquired.connection(), inquired.resource());
            if (from != null) {
                inquiries.answer(inquired, from);
            }
        } else if (input instanceof Input.ParticipantConnected connected) {
            connect(connected);
        } else if (input instanceof Input.ParticipantLost lost) {
            disconnect(lost);
        } else {
            stepForOperator(input);
        }
        pruneAboveLimit();
    }

    private void stepForOperator(Input input) {
        if (input instanceof Input.RollbackForced forced) {
            operators.forceRollback(forced);
        } else if (input instanceof Input.BranchOutcomeGiven given) {
            operators.resolveBranch(given);
        } else if (input instanceof Input.HeuristicNoted noted) {
            operators.noteHeuristic(noted);
        } else if (input instanceof Input.RetryRequested retry) {
            operators.retry(retry);
        } else if (input instanceof Input.HoldReleaseRequested release) {
            operators.releaseHold(release);
        } else if (input instanceof Input.ListAsked list) {
            queries.list(list);
        } else if (input instanceof Input.DescriptionAsked description) {
            queries.describe(description);
        } else if (input instanceof Input.ParticipantsAsked participants) {
            queries.participants(participants);
        } else if (input instanceof Input.StatusAsked status) {
            queries.status(status);
        } else if (input instanceof Input.WatchStarted watch) {
            kernel.watchers.add(watch.watcher());
        } else if (input instanceof Input.WatchStopped watch) {
            kernel.watchers.remove(watch.watcher());
        } else {
            throw new IllegalStateException("an input that nothing takes: " + input);
        }
    }

    /** The connection that may speak for the resource; one that may not is closed, a stale one is not heard. */
    private Participants.@Nullable Connection speaker(long connection, String resource) {
        Participants.Connection from = kernel.participants.connection(connection);
        if (from == null) {
            kernel.counters.add(Counters.Counter.STALE_MESSAGES);
            return null;
        }
        if (!from.votesFor(resource)) {
            kernel.tell(new Effect.CloseConnection(
                    connection,
                    Refusal.of(
                            RefusalReason.NOT_YOUR_RESOURCE,
                            from.participant() + " did not register resource " + resource)));
            return null;
        }
        return from;
    }

    private void vote(Input.VoteReceived vote, Participants.Connection from) {
        boolean unknown = kernel.state.find(vote.transaction()) == null;
        if (unknown && vote.vote() == Vote.PREPARED) {
            inquiries.answerVoter(vote, from);
        } else {
            lifecycle.vote(vote, from);
        }
    }

    private void connect(Input.ParticipantConnected input) {
        if (kernel.participants.hasNewer(input.connection(), input.incarnation(), input.resources())) {
            kernel.tell(new Effect.CloseConnection(input.connection(), superseded()));
            return;
        }
        for (ResourceRegistration resource : input.resources()) {
            String bound = kernel.state.fingerprints.get(resource.name());
            if (bound != null
                    && !bound.isEmpty()
                    && !resource.fingerprint().isEmpty()
                    && !bound.equals(resource.fingerprint())) {
                kernel.tellAll(new Effect.CloseConnection(
                        input.connection(),
                        Refusal.of(
                                RefusalReason.FINGERPRINT_MISMATCH,
                                "resource " + resource.name() + " is bound to " + bound + ", and "
                                        + input.participant() + " shows " + resource.fingerprint()
                                        + "; give the other database another resource name")));
                return;
            }
        }
        evidence.ofPositions(input.seen(), input.participant());
        long unknown = input.resources().stream()
                .filter(resource -> !kernel.state.fingerprints.containsKey(resource.name()))
                .count();
        if (kernel.state.fingerprints.size() + unknown > CoordinatorState.RESOURCES_MAX) {
            kernel.tellAll(new Effect.CloseConnection(
                    input.connection(),
                    Refusal.of(
                            RefusalReason.LIMIT_EXCEEDED,
                            "this store knows " + kernel.state.fingerprints.size() + " resources, and at most "
                                    + CoordinatorState.RESOURCES_MAX + " fit; " + input.participant()
                                    + " names " + unknown + " more")));
            return;
        }
        for (ResourceRegistration resource : input.resources()) {
            String bound = kernel.state.fingerprints.get(resource.name());
            if (bound == null || (bound.isEmpty() && !resource.fingerprint().isEmpty())) {
                kernel.apply(new Event.ResourceBound(resource.name(), resource.fingerprint()));
            }
        }
        Participants.Connection connection = new Participants.Connection(
                input.connection(),
                input.participant(),
                input.incarnation(),
                input.resources(),
                kernel.state.lastForced,
                kernel.wallMs());
        for (Participants.Connection superseded : kernel.participants.join(connection, kernel.nowMs())) {
            kernel.tell(new Effect.CloseConnection(superseded.id(), superseded()));
        }
        kernel.tellAll(new Effect.SendWelcome(input.connection(), kernel.state.inHold()));
        lifecycle.connected(connection);
        delivery.connected(connection);
    }

    private static Refusal superseded() {
        return Refusal.of(RefusalReason.SUPERSEDED, "the same incarnation has connected anew");
    }

    private void disconnect(Input.ParticipantLost input) {
        Participants.Connection left = kernel.participants.leave(input.connection(), kernel.nowMs());
        if (left == null) {
            return;
        }
        delivery.disconnected(left);
        for (Transaction transaction : kernel.state.open.values()) {
            if (transaction.state == TransactionState.ONE_PHASE) {
                kernel.reschedule(transaction);
            }
        }
    }

    // ---- time ---------------------------------------------------------------------------------------------------

    private void tick() {
        for (Transaction transaction : kernel.timers.due(kernel.nowMs(), kernel.limits.timersPerTurnMax())) {
            lifecycle.lookAfter(transaction);
        }
        inquiries.endGraceIfOver();
        if (kernel.nowMs() >= nextPruneMs) {
            nextPruneMs = kernel.nowMs() + PRUNE_EVERY_MS;
            pruneBlocked = false;
            prune(0);
        }
    }

    private void pruneAboveLimit() {
        if (kernel.state.kept.size() > kernel.limits.retainedOutcomesMax() && !pruneBlocked) {
            // A batch larger than half of what is to be kept would let go of what has just ended.
            int halfOfThem = Math.max(1, kernel.limits.retainedOutcomesMax() / 2);
            prune(Math.min(kernel.limits.retainedPruneBatch(), halfOfThem));
        }
    }

    /**
     * Lets go of the oldest outcomes, in id order: so many as are above the limit, and those that are old enough. The
     * horizon is forced before any record goes, since from then on their absence means nothing.
     */
    private void prune(int atLeast) {
        TransactionId horizon = null;
        int pruned = 0;
        int examined = 0;
        for (Transaction transaction : kernel.state.kept.values()) {
            if (examined++ >= kernel.limits.listExaminedMax()) {
                break;
            }
            if (!transaction.prunable()) {
                continue;
            }
            long sinceMs = Math.max(transaction.changedMs, transaction.notedMs);
            boolean old = kernel.wallMs() - sinceMs >= kernel.limits.retentionMs();
            if (pruned >= atLeast && !old) {
                break;
            }
            horizon = transaction.id;
            pruned++;
        }
        if (horizon == null) {
            // None old enough says nothing of those above the limit.
            pruneBlocked = atLeast > 0;
            return;
        }
        kernel.apply(new Event.HorizonRaised(horizon));
        kernel.counters.add(Counters.Counter.PRUNED, pruned);
        pruneUnneeded();
    }

    private void pruneUnneeded() {
        long[] numbers = kernel.state.takeUnneeded();
        if (numbers.length > 0) {
            kernel.tellAll(new Effect.PruneRecords(numbers));
        }
    }

    // ---- for the runtime ----------------------------------------------------------------------------------------

    /** The current epoch; 0 before start. */
    public long epoch() {
        return kernel.state.currentEpoch();
    }

    /** The current epoch's nonce. */
    public int nonce() {
        return kernel.state.epochs.isEmpty()
                ? 0
                : kernel.state.epochs.lastEntry().getValue().nonce();
    }

    /** When the next Tick has something to do, in monotonic milliseconds; Long.MAX_VALUE for never. */
    public long nextWakeMs() {
        if (inquiries.answersDue()) {
            return 0;
        }
        return Math.min(Math.min(kernel.timers.nextMs(), grace.wakeMs()), nextPruneMs);
    }

    /** The number of the newest record that was handed out; the log's last number. */
    public long lastNumber() {
        return kernel.state.lastNumber;
    }

    /**
     * Everything on which its next steps depend, as a canonical text: two coordinators of the same limits with the same
     * portrait answer whatever comes in the same way, and go on alike. For those who explore or compare states; moments
     * stand relative to the last step's.
     */
    public String portrait() {
        Portrait portrait = new Portrait(kernel.nowMs());
        portrait.line("coordinator")
                .fact(started)
                .fact(kernel.lastSequence)
                .moment(nextPruneMs)
                .fact(pruneBlocked)
                .fact(kernel.watchers);
        kernel.state.portray(portrait, kernel.participants, kernel.wallMs());
        kernel.participants.portray(portrait, kernel.limits.goneAfterMs());
        kernel.timers.portray(portrait);
        grace.portray(portrait);
        delivery.portray(portrait);
        inquiries.portray(portrait);
        return portrait.toString();
    }

    /** Transactions that are not finished. */
    public int openTransactions() {
        return kernel.state.open.size();
    }

    /** Whether it presumes nothing and takes no new work. */
    public boolean inHold() {
        return kernel.state.inHold();
    }
}
