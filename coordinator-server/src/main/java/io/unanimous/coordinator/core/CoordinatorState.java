package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the protocol knows, changed by {@link #apply} alone: live and in recovery by the same code.
 *
 * <p>Transactions stand in two maps in order of their ids, so that lists can be paged and pruning goes in id order: the
 * open ones, which are few, and the finished ones that are kept. Beside them all stand in one without an order, since every
 * message looks for its own.
 */
final class CoordinatorState {

    /** Resources that a store knows; whoever names another one is refused. */
    static final int RESOURCES_MAX = 10_000;

    /** An epoch is a time in milliseconds; above this one, of the year 19,000, nobody's clock has ever been. */
    static final long SEEN_EPOCH_MAX = TransactionId.EPOCH_MAX / 2;

    /** Findings kept of one hold; more of them would tell the operator nothing new. */
    static final int FINDINGS_MAX = 16;

    /**
     * An epoch that this store has run.
     *
     * @param nonce its nonce
     * @param startedAt the number of its first record
     */
    record Epoch(int nonce, long startedAt) {}

    final TreeMap<TransactionId, Transaction> open = new TreeMap<>();
    final TreeMap<TransactionId, Transaction> kept = new TreeMap<>();
    private final Map<TransactionId, Transaction> all = new HashMap<>();
    final TreeMap<Long, Epoch> epochs = new TreeMap<>();
    final Map<String, String> fingerprints = new LinkedHashMap<>();
    final List<HoldFinding> waived = new ArrayList<>();

    @Nullable
    HoldView hold;

    /** The highest id at or below which outcomes were pruned; it never falls. */
    @Nullable
    TransactionId horizon;
    /** The newest record by which outcomes were pruned; 0 when none were. */
    long prunedAt;
    /** The record that holds the horizon; 0 for none. */
    private long horizonRecord;
    /** The newest forced record applied (P6). */
    long lastForced;
    /** The newest record applied. */
    long lastNumber;
    /** Records that nothing needs any more. */
    private List<Long> unneeded = new ArrayList<>();

    @Nullable
    Transaction find(TransactionId id) {
        return all.get(id);
    }

    long currentEpoch() {
        return epochs.isEmpty() ? 0 : epochs.lastKey();
    }

    /**
     * The highest epoch of this store that ran or that, by what participants have shown and the hold says, ran in another
     * copy of it. What is shown is not proved: an epoch that would leave no room for others is passed over.
     */
    long highestEpochSeen() {
        HoldView held = hold;
        Stream<HoldFinding> findings =
                held == null ? waived.stream() : Stream.concat(waived.stream(), held.findings().stream());
        return findings.mapToLong(HoldFinding::epoch)
                .filter(epoch -> epoch <= SEEN_EPOCH_MAX)
                .reduce(currentEpoch(), Math::max);
    }

    boolean inHold() {
        return hold != null;
    }

    /**
     * Whether an operator has seen this finding, or one that says more, and lifted the hold all the same. What a start
     * finds in its directory is told until it is on record and never after, so the next of its kind is another one.
     */
    boolean isWaived(HoldFinding finding) {
        if (isFoundAtStart(finding)) {
            return false;
        }
        for (HoldFinding known : waived) {
            if (covers(known, finding)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the present hold says so already. What a start finds in its directory is evidence of its own: a copy of a store
     * in HOLD must not be released by what somebody has read at the original.
     */
    boolean isHeld(HoldFinding finding) {
        HoldView held = hold;
        return !isFoundAtStart(finding)
                && held != null
                && held.findings().stream().anyMatch(known -> covers(known, finding));
    }

    static boolean isFoundAtStart(HoldFinding finding) {
        return finding.kind() == HoldFinding.Kind.DIRECTORY_COPIED || finding.kind() == HoldFinding.Kind.RESTORED;
    }

    private static boolean covers(HoldFinding known, HoldFinding finding) {
        return known.kind() == finding.kind()
                && known.epoch() == finding.epoch()
                && known.nonce() == finding.nonce()
                && known.number() >= finding.number();
    }

    /** The last record of an epoch that has ended; the last of all for the current one. */
    long endOf(long epoch) {
        Map.Entry<Long, Epoch> next = epochs.higherEntry(epoch);
        return next == null ? lastNumber : next.getValue().startedAt() - 1;
    }

    /** Hands over the records that have become unneeded, and forgets them. */
    long[] takeUnneeded() {
        long[] numbers = unneeded.stream().mapToLong(Long::longValue).toArray();
        unneeded = new ArrayList<>();
        return numbers;
    }

    /** Writes what it knows. */
    void portray(Portrait portrait, Participants participants, long wallMs) {
        portrait.line("state").fact(lastNumber).fact(lastForced).fact(prunedAt).fact(horizonRecord);
        portrait.fact(horizon).fact(unneeded).fact(epochs).fact(fingerprints);
        portrait.line("hold").fact(hold).fact(waived);
        for (Transaction transaction : open.values()) {
            transaction.portray(portrait, participants, wallMs);
        }
        for (Transaction transaction : kept.values()) {
            transaction.portray(portrait, participants, wallMs);
        }
    }

    /** Applies an event; {@code number} is its record's, 0 for one that is not written. */
    void apply(Event event, long number, boolean replaying) {
        if (number > 0) {
            lastNumber = number;
            if (event.durability() == Durability.FORCED) {
                lastForced = number;
            }
        }
        if (event instanceof Event.OfTransaction ofTransaction) {
            applyToTransaction(ofTransaction, number, replaying);
        } else if (event instanceof Event.EpochStarted started) {
            epochs.put(started.epoch(), new Epoch(started.nonce(), number));
        } else if (event instanceof Event.ResourceBound bound) {
            fingerprints.put(bound.resource(), bound.fingerprint());
        } else if (event instanceof Event.HoldEntered entered) {
            enterHold(entered, number);
        } else if (event instanceof Event.HoldLifted) {
            liftHold();
        } else if (event instanceof Event.HorizonRaised raised) {
            raiseHorizon(raised.horizon(), number);
        } else if (event instanceof Event.OperatorActed acted) {
            overridden(acted, number);
        } else {
            throw new IllegalStateException("an event that nothing applies: " + event);
        }
    }

    private void enterHold(Event.HoldEntered entered, long number) {
        List<HoldFinding> findings = new ArrayList<>();
        HoldView before = hold;
        if (before != null) {
            findings.addAll(before.findings());
        }
        for (HoldFinding finding : entered.findings()) {
            if (findings.size() < FINDINGS_MAX) {
                findings.add(finding);
            }
        }
        hold = new HoldView(
                "hold-" + number, List.copyOf(findings), before == null ? entered.wallMs() : before.sinceMs());
    }

    private void liftHold() {
        HoldView before = hold;
        if (before == null) {
            throw new IllegalStateException("a hold was lifted that was not there");
        }
        waived.addAll(before.findings());
        hold = null;
    }

    /** What an override did to a transaction is told once the audit trail has it. */
    private void overridden(Event.OperatorActed acted, long number) {
        Transaction subject =
                TransactionId.parse(acted.subject()).map(this::find).orElse(null);
        if (subject != null) {
            subject.lastForced = number;
        }
    }

    /**
     * Lets go of outcomes up to an id. Those that finished late may lie below the present horizon, which stays then, and
     * its record too.
     */
    private void raiseHorizon(TransactionId raised, long number) {
        if (prunedAt > horizonRecord) {
            unneeded.add(prunedAt);
        }
        TransactionId present = horizon;
        if (present == null || raised.compareTo(present) > 0) {
            if (horizonRecord > 0) {
                unneeded.add(horizonRecord);
            }
            horizon = raised;
            horizonRecord = number;
        }
        prunedAt = number;
        var oldest = kept.headMap(raised, true).values().iterator();
        while (oldest.hasNext()) {
            Transaction transaction = oldest.next();
            if (transaction.prunable()) {
                for (long record : transaction.records()) {
                    unneeded.add(record);
                }
                oldest.remove();
                all.remove(transaction.id);
            }
        }
    }

    private void applyToTransaction(Event.OfTransaction event, long number, boolean replaying) {
        Transaction known = find(event.transaction());
        Transitions.require(event, known == null ? null : known.state, replaying);
        Transaction transaction = known == null ? create(event) : known;
        TransactionState before = transaction.state;
        if (number > 0) {
            transaction.addRecord(number);
            if (event.durability() == Durability.FORCED) {
                transaction.lastForced = number;
            }
        }
        change(transaction, event);
        if (known == null || before != transaction.state) {
            place(transaction);
        }
    }

    private static Transaction create(Event.OfTransaction event) {
        String initiator = "";
        long sinceMs = 0;
        if (event instanceof Event.Began began) {
            initiator = began.initiator();
            sinceMs = began.wallMs();
        } else if (event instanceof Event.CommitDecided decided) {
            initiator = decided.initiator();
            sinceMs = decided.wallMs();
        } else if (event instanceof Event.HeuristicReported reported) {
            sinceMs = reported.wallMs();
        } else if (event instanceof Event.BranchResolved resolved) {
            sinceMs = resolved.wallMs();
        }
        Transaction transaction = new Transaction(event.transaction(), initiator);
        transaction.sinceMs = sinceMs;
        return transaction;
    }

    private void place(Transaction transaction) {
        all.put(transaction.id, transaction);
        if (transaction.state.finished()) {
            open.remove(transaction.id);
            kept.put(transaction.id, transaction);
        } else {
            open.put(transaction.id, transaction);
        }
    }

    private static void change(Transaction transaction, Event.OfTransaction event) {
        if (event instanceof Event.Began began) {
            transaction.timeoutMs = began.timeoutMs();
            transaction.deadlineMs = began.deadlineMs();
            enter(transaction, TransactionState.ACTIVE, began.wallMs());
        } else if (event instanceof Event.Enlisted enlisted) {
            enlist(transaction, enlisted);
        } else if (event instanceof Event.PrepareStarted started) {
            transaction.deadlineMs = started.deadlineMs();
            transaction.preparingMs = started.wallMs();
            enter(transaction, TransactionState.PREPARING, started.wallMs());
        } else if (event instanceof Event.Voted voted) {
            Branch branch = require(transaction, voted.branch());
            branch.vote = voted.vote();
            branch.voteReason = voted.reason();
            branch.votedMs = voted.wallMs();
        } else if (event instanceof Event.CommitDecided decided) {
            decide(transaction, decided);
        } else if (event instanceof Event.CommittedUnlogged unlogged) {
            transaction.decidedMs = unlogged.wallMs();
            enter(transaction, TransactionState.COMMITTED, unlogged.wallMs());
        } else if (event instanceof Event.RollbackDecided decided) {
            transaction.byBranch = decided.byBranch();
            transaction.reason = decided.cause();
            transaction.decidedMs = decided.wallMs();
            transaction.deadlineMs = Branch.NEVER;
            enter(transaction, TransactionState.ROLLING_BACK, decided.wallMs());
        } else if (event instanceof Event.Acknowledged acknowledged) {
            Branch branch = require(transaction, acknowledged.branch());
            branch.acknowledged = true;
            branch.endedMs = acknowledged.wallMs();
        } else if (event instanceof Event.Finished finished) {
            enter(transaction, TransactionState.COMMITTED, finished.wallMs());
        } else if (event instanceof Event.RolledBack rolledBack) {
            enter(transaction, TransactionState.ROLLED_BACK, rolledBack.wallMs());
        } else if (event instanceof Event.OnePhaseStarted started) {
            transaction.preparingMs = started.wallMs();
            transaction.deadlineMs = Branch.NEVER;
            enter(transaction, TransactionState.ONE_PHASE, started.wallMs());
        } else if (event instanceof Event.OnePhaseEnded ended) {
            endOnePhase(transaction, ended);
        } else if (event instanceof Event.HeuristicReported reported) {
            report(transaction, reported);
        } else if (event instanceof Event.BranchResolved resolved) {
            resolve(transaction, resolved);
        } else if (event instanceof Event.HeuristicAcknowledged acknowledged) {
            transaction.noted = true;
            transaction.notedMs = acknowledged.wallMs();
        } else {
            throw new IllegalStateException("an event that nothing applies: " + event);
        }
    }

    private static void enter(Transaction transaction, TransactionState state, long wallMs) {
        transaction.state = state;
        transaction.changedMs = wallMs;
    }

    private static Branch require(Transaction transaction, BranchName name) {
        Branch branch = transaction.branch(name);
        if (branch == null) {
            throw new IllegalStateException("transaction " + transaction.id + " has no branch " + name);
        }
        return branch;
    }

    private static void enlist(Transaction transaction, Event.Enlisted enlisted) {
        if (transaction.branch(enlisted.branch()) != null) {
            throw new IllegalStateException(
                    "transaction " + transaction.id + " has branch " + enlisted.branch() + " already");
        }
        Branch branch = new Branch(enlisted.branch(), enlisted.incarnation(), enlisted.payload(), enlisted.wallMs());
        branch.vote = enlisted.earlyVote();
        if (branch.vote != null) {
            branch.votedMs = enlisted.wallMs();
        }
        transaction.branches.add(branch);
    }

    private static void decide(Transaction transaction, Event.CommitDecided decided) {
        for (Event.DecidedBranch prepared : decided.prepared()) {
            if (transaction.branch(prepared.branch()) == null) {
                transaction.branches.add(new Branch(prepared.branch(), prepared.incarnation(), prepared.payload(), 0));
            }
            require(transaction, prepared.branch()).vote = Vote.PREPARED;
        }
        transaction.decidedMs = decided.wallMs();
        transaction.deadlineMs = Branch.NEVER;
        enter(transaction, TransactionState.COMMITTING, decided.wallMs());
    }

    private static void endOnePhase(Transaction transaction, Event.OnePhaseEnded ended) {
        transaction.decidedMs = ended.wallMs();
        transaction.reason = ended.detail();
        if (ended.outcome() != Outcome.UNKNOWN) {
            for (Branch branch : transaction.branches) {
                branch.acknowledged = true;
                branch.endedMs = ended.wallMs();
            }
        }
        enter(transaction, finishedState(ended.outcome()), ended.wallMs());
    }

    private static TransactionState finishedState(Outcome outcome) {
        return switch (outcome) {
            case COMMITTED -> TransactionState.COMMITTED;
            case ROLLED_BACK -> TransactionState.ROLLED_BACK;
            case UNKNOWN -> TransactionState.UNKNOWN;
            case IN_PROGRESS -> throw new IllegalStateException("IN_PROGRESS is not an end");
        };
    }

    private static void report(Transaction transaction, Event.HeuristicReported reported) {
        Branch branch = branchOrNew(transaction, reported.branch());
        branch.heuristic = reported.result();
        branch.finding = reported.detail();
        branch.endedMs = reported.wallMs();
        mark(transaction, reported.mark());
        if (reported.decided() == Outcome.UNKNOWN) {
            enter(transaction, TransactionState.UNKNOWN, reported.wallMs());
        } else if (transaction.state == TransactionState.ACTIVE) {
            // Made from nothing: the rollback was presumed, or its decision left no record.
            enter(transaction, finishedState(reported.decided()), reported.wallMs());
        }
    }

    private static void resolve(Transaction transaction, Event.BranchResolved resolved) {
        Branch branch = branchOrNew(transaction, resolved.branch());
        branch.resolution = resolved.resolution();
        branch.finding = resolved.reason();
        branch.endedMs = resolved.wallMs();
        mark(transaction, resolved.mark());
        if (resolved.decided() == Outcome.UNKNOWN) {
            TransactionState state = switch (resolved.resolution()) {
                case COMMITTED -> TransactionState.COMMITTED;
                case ROLLED_BACK -> TransactionState.ROLLED_BACK;
                case GONE -> TransactionState.UNKNOWN;
            };
            transaction.decidedMs = resolved.wallMs();
            enter(transaction, state, resolved.wallMs());
        } else if (transaction.state == TransactionState.ACTIVE) {
            enter(transaction, finishedState(resolved.decided()), resolved.wallMs());
        }
    }

    private static Branch branchOrNew(Transaction transaction, BranchName name) {
        Branch branch = transaction.branch(name);
        if (branch == null) {
            branch = new Branch(name, "", Payload.EMPTY, 0);
            branch.vote = Vote.PREPARED;
            transaction.branches.add(branch);
        }
        return branch;
    }

    private static void mark(Transaction transaction, HeuristicMark mark) {
        if (mark.compareTo(transaction.mark) > 0) {
            transaction.mark = mark;
        }
        if (mark != HeuristicMark.NONE) {
            transaction.noted = false;
        }
    }
}
