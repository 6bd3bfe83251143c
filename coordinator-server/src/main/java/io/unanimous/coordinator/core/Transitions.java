package io.unanimous.coordinator.core;

import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which event a transaction's state allows, and where it leads: the table in docs/protocol.md is written from this one.
 *
 * <p>"Nothing" as the state before means that no such transaction is known: {@link Event.Began} makes it, replay makes
 * it from its first durable record, and a resource that acted on its own makes it even after the rollback was presumed.
 */
public enum Transitions {
    BEGAN(Event.Began.class, true, false, none(), only(TransactionState.ACTIVE)),
    ENLISTED(Event.Enlisted.class, false, false, only(TransactionState.ACTIVE), only(TransactionState.ACTIVE)),
    PREPARE_STARTED(
            Event.PrepareStarted.class, false, false, only(TransactionState.ACTIVE), only(TransactionState.PREPARING)),
    VOTED(Event.Voted.class, false, false, only(TransactionState.PREPARING), only(TransactionState.PREPARING)),
    COMMIT_DECIDED(
            Event.CommitDecided.class,
            false,
            true,
            only(TransactionState.PREPARING),
            only(TransactionState.COMMITTING)),
    COMMITTED_UNLOGGED(
            Event.CommittedUnlogged.class,
            false,
            false,
            only(TransactionState.PREPARING),
            only(TransactionState.COMMITTED)),
    ROLLBACK_DECIDED(
            Event.RollbackDecided.class,
            false,
            false,
            EnumSet.of(TransactionState.ACTIVE, TransactionState.PREPARING),
            only(TransactionState.ROLLING_BACK)),
    ACKNOWLEDGED(
            Event.Acknowledged.class,
            false,
            false,
            EnumSet.of(TransactionState.COMMITTING, TransactionState.ROLLING_BACK),
            EnumSet.of(TransactionState.COMMITTING, TransactionState.ROLLING_BACK)),
    FINISHED(Event.Finished.class, false, false, only(TransactionState.COMMITTING), only(TransactionState.COMMITTED)),
    ROLLED_BACK(
            Event.RolledBack.class,
            false,
            false,
            only(TransactionState.ROLLING_BACK),
            only(TransactionState.ROLLED_BACK)),
    ONE_PHASE_STARTED(
            Event.OnePhaseStarted.class, false, false, only(TransactionState.ACTIVE), only(TransactionState.ONE_PHASE)),
    ONE_PHASE_ENDED(
            Event.OnePhaseEnded.class,
            false,
            false,
            only(TransactionState.ONE_PHASE),
            EnumSet.of(TransactionState.COMMITTED, TransactionState.ROLLED_BACK, TransactionState.UNKNOWN)),
    HEURISTIC_REPORTED(
            Event.HeuristicReported.class,
            true,
            true,
            EnumSet.of(
                    TransactionState.COMMITTING,
                    TransactionState.COMMITTED,
                    TransactionState.ROLLING_BACK,
                    TransactionState.ROLLED_BACK,
                    TransactionState.ONE_PHASE,
                    TransactionState.UNKNOWN),
            EnumSet.of(
                    TransactionState.COMMITTING,
                    TransactionState.COMMITTED,
                    TransactionState.ROLLING_BACK,
                    TransactionState.ROLLED_BACK,
                    TransactionState.UNKNOWN)),
    BRANCH_RESOLVED(
            Event.BranchResolved.class,
            false,
            true,
            EnumSet.of(
                    TransactionState.COMMITTING,
                    TransactionState.ROLLING_BACK,
                    TransactionState.ROLLED_BACK,
                    TransactionState.ONE_PHASE,
                    TransactionState.UNKNOWN),
            EnumSet.of(
                    TransactionState.COMMITTING,
                    TransactionState.ROLLING_BACK,
                    TransactionState.COMMITTED,
                    TransactionState.ROLLED_BACK,
                    TransactionState.UNKNOWN)),
    HEURISTIC_ACKNOWLEDGED(
            Event.HeuristicAcknowledged.class,
            false,
            false,
            EnumSet.of(TransactionState.COMMITTED, TransactionState.ROLLED_BACK, TransactionState.UNKNOWN),
            EnumSet.of(TransactionState.COMMITTED, TransactionState.ROLLED_BACK, TransactionState.UNKNOWN));

    private static final Map<Class<?>, Transitions> BY_EVENT = new LinkedHashMap<>();

    static {
        for (Transitions transition : values()) {
            BY_EVENT.put(transition.event, transition);
        }
    }

    private final Class<? extends Event.OfTransaction> event;
    private final boolean fromNothing;
    private final boolean fromNothingInReplay;

    @SuppressWarnings("ImmutableEnumChecker") // unmodifiable, which no type of the JDK says
    private final Set<TransactionState> from;

    @SuppressWarnings("ImmutableEnumChecker") // unmodifiable, which no type of the JDK says
    private final Set<TransactionState> to;

    Transitions(
            Class<? extends Event.OfTransaction> event,
            boolean fromNothing,
            boolean fromNothingInReplay,
            Set<TransactionState> from,
            Set<TransactionState> to) {
        this.event = event;
        this.fromNothing = fromNothing;
        this.fromNothingInReplay = fromNothingInReplay;
        this.from = Collections.unmodifiableSet(from);
        this.to = Collections.unmodifiableSet(to);
    }

    private static Set<TransactionState> none() {
        return EnumSet.noneOf(TransactionState.class);
    }

    private static Set<TransactionState> only(TransactionState state) {
        return EnumSet.of(state);
    }

    /** The event. */
    public Class<? extends Event.OfTransaction> event() {
        return event;
    }

    /** Whether it may make a transaction that was not known. */
    public boolean fromNothing() {
        return fromNothing;
    }

    /** Whether it may make a transaction that was not known, when it is read back from the log. */
    public boolean fromNothingInReplay() {
        return fromNothingInReplay;
    }

    /** The states that allow it. */
    public Set<TransactionState> from() {
        return from;
    }

    /** The states that it may lead to. */
    public Set<TransactionState> to() {
        return to;
    }

    /** Throws IllegalStateException, naming transaction, state and event, unless the state allows the event. */
    static void require(Event.OfTransaction event, @Nullable TransactionState before, boolean replaying) {
        Transitions transition = BY_EVENT.get(event.getClass());
        if (transition == null) {
            throw new IllegalStateException("an event without a transition: " + event);
        }
        boolean legal = before == null
                ? transition.fromNothing || (replaying && transition.fromNothingInReplay)
                : transition.from.contains(before);
        if (!legal) {
            throw new IllegalStateException("transaction " + event.transaction() + " in state "
                    + (before == null ? "none" : before) + " does not allow " + event);
        }
    }
}
