package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of the coordinator share while they work on one input: the state, the time, and the turn that takes
 * events and effects. It is the only place where events are applied and where an effect is paired with the record that
 * it awaits (P6).
 */
final class Kernel {

    final Limits limits;
    final CoordinatorState state = new CoordinatorState();
    final Participants participants = new Participants();
    final Timers timers = new Timers();
    final Counters counters = new Counters();
    final Set<Long> watchers = new LinkedHashSet<>();
    final UUID store;
    final int partition;

    /** The last sequence minted in this epoch. */
    long lastSequence;

    private Now now = new Now(0, 0);
    private Turn turn = new Turn();

    Kernel(Limits limits, UUID store, int partition) {
        this.limits = limits;
        this.store = store;
        this.partition = partition;
    }

    void begin(Now now, Turn turn) {
        this.now = now;
        this.turn = turn;
    }

    long nowMs() {
        return now.monotonicMs();
    }

    long wallMs() {
        return now.wallMs();
    }

    /** Applies an event, and has it written if it is durable. */
    void apply(Event event) {
        Transaction before = event instanceof Event.OfTransaction of ? state.find(of.transaction()) : null;
        TransactionState stateBefore = before == null ? null : before.state;
        long number = 0;
        if (event instanceof Event.Durable durable) {
            number = state.lastNumber + 1;
            long epoch = event instanceof Event.EpochStarted started ? started.epoch() : state.currentEpoch();
            turn.record(new LogRecord(number, epoch, durable));
        }
        state.apply(event, number, false);
        if (event instanceof Event.OfTransaction of) {
            changed(of.transaction(), stateBefore);
        }
    }

    private void changed(TransactionId id, @Nullable TransactionState before) {
        if (watchers.isEmpty()) {
            return;
        }
        Transaction transaction = state.find(id);
        if (transaction == null || transaction.state == before) {
            return;
        }
        List<String> resources = transaction.branches.stream()
                .map(branch -> branch.name.resource())
                .toList();
        tellAll(new Effect.NotifyWatchers(new ArrayList<>(watchers), transaction.summary(), resources, now.wallMs()));
    }

    /** Releases an effect that reveals nothing but what this life of the coordinator made up itself. */
    void tell(Effect effect) {
        release(effect, 0);
    }

    /** Releases an effect that reveals a transaction's state: after that transaction's newest forced record. */
    void tell(Transaction transaction, Effect effect) {
        release(effect, transaction.lastForced);
    }

    /** Releases an effect that reveals the state of the whole: after the newest forced record. */
    void tellAll(Effect effect) {
        release(effect, state.lastForced);
    }

    /** Nothing overtakes the Welcome of a stream, which may wait longer than what comes after it would. */
    private void release(Effect effect, long awaits) {
        Participants.Connection connection =
                effect instanceof Effect.OnConnection on ? participants.connection(on.connection()) : null;
        turn.release(effect, connection == null ? awaits : Math.max(awaits, connection.welcomeAwaits()));
    }

    void reply(ReplyTo replyTo, Answer answer) {
        tell(new Effect.Reply(replyTo, answer));
    }

    void reply(Transaction transaction, ReplyTo replyTo, Answer answer) {
        tell(transaction, new Effect.Reply(replyTo, answer));
    }

    void replyAll(ReplyTo replyTo, Answer answer) {
        tellAll(new Effect.Reply(replyTo, answer));
    }

    void refuse(ReplyTo replyTo, Refusal refusal) {
        replyAll(replyTo, new Answer.Refused(refusal));
    }

    void refuse(ReplyTo replyTo, RefusalReason reason, String message) {
        refuse(replyTo, Refusal.of(reason, message));
    }

    void announce(Effect.Severity severity, @Nullable TransactionId transaction, String text) {
        tellAll(new Effect.Announce(severity, transaction, text));
    }

    /** Lets the timers know when a transaction must be looked after next. */
    void reschedule(Transaction transaction) {
        long wake = Branch.NEVER;
        switch (transaction.state) {
            case ACTIVE, PREPARING -> wake = transaction.deadlineMs;
            case COMMITTING -> wake = nextRetry(transaction);
            case ROLLING_BACK -> wake = Math.min(transaction.deadlineMs, nextRetry(transaction));
            case ONE_PHASE -> {
                Branch branch = transaction.branches.get(0);
                wake = participants.goneAtMs(branch.name, branch.incarnation, limits.goneAfterMs());
            }
            case COMMITTED, ROLLED_BACK, UNKNOWN -> {
                wake = nextForget(transaction);
                if (wake == Branch.NEVER) {
                    timers.cancel(transaction);
                    return;
                }
            }
        }
        for (Transaction.Waiter waiter : transaction.waiters) {
            wake = Math.min(wake, waiter.deadlineMs());
        }
        transaction.wakeMs = wake;
        timers.schedule(transaction);
    }

    private static long nextRetry(Transaction transaction) {
        long next = Branch.NEVER;
        for (Branch branch : transaction.branches) {
            if (branch.owes(transaction.state)) {
                next = Math.min(next, branch.retryAtMs);
            }
        }
        return next;
    }

    private static long nextForget(Transaction transaction) {
        long next = Branch.NEVER;
        for (Branch branch : transaction.branches) {
            if (branch.forgetOwed) {
                next = Math.min(next, branch.retryAtMs);
            }
        }
        return next;
    }

    /**
     * The wait before the next delivery of a command: a point between the shortest wait and twice as long for each
     * attempt, capped. Spread by a hash of branch and attempt, since the core has no randomness.
     */
    long backoffMs(TransactionId id, BranchName branch, int attempt) {
        long min = limits.retryMinMs();
        int doublings = Math.min(attempt, 30);
        long max = Math.min(limits.retryMaxMs(), min << doublings);
        long hash = id.sequence() * 0x9E3779B97F4A7C15L
                + id.nonce() * 31L
                + branch.toString().hashCode()
                + attempt;
        hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ (hash >>> 27)) * 0x94D049BB133111EBL;
        hash ^= hash >>> 31;
        return max <= min ? min : min + Math.floorMod(hash, max - min + 1);
    }
}
