package io.unanimous.sim.check;

import io.unanimous.sim.check.Losses.Excuse;
import io.unanimous.sim.check.Observation.Outcome;
import io.unanimous.sim.check.Observation.Verb;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges observations against the nine invariants.
 *
 * <p>What contradicts by its presence is found at once; what contradicts by the absence of something, when the transaction
 * is retired or all is finished. Observations of many places may come one place after the other. Each invariant is reported
 * once for a transaction.
 *
 * <p>What was committed is told by what was seen: a client was told so, a participant was commanded to commit, or a
 * one-phase branch said so.
 *
 * <p>Not safe for use by many threads.
 */
public final class Checker {

    /** How far clocks of different machines may be apart where an answer's time is compared with an acknowledgement's. */
    public static final long CLOCK_SKEW_MS = 1_000;

    private final long clockSkewMs;
    private final Map<String, TransactionEvidence> open = new LinkedHashMap<>();
    private final Map<String, Outcome> retired = new HashMap<>();
    private final Set<String> minted = new HashSet<>();
    private final Map<String, Observation.EpochSeen> epochs = new HashMap<>();
    private final List<Observation.OverrideDone> overrides = new ArrayList<>();
    private final Set<String> overridden = new HashSet<>();
    private final Set<Observation.AuditEntry> audited = new HashSet<>();
    private boolean auditRead;
    private final Losses losses = new Losses();
    private final InDoubtWatch inDoubt = new InDoubtWatch();
    private final Set<Key> reported = new HashSet<>();
    private final List<Found> found = new ArrayList<>();
    private boolean settled;

    /** What is reported once. */
    private record Key(String subject, Invariant invariant, Excuse excuse) {}

    /** A contradiction, and what would excuse it. */
    private record Found(Violation violation, long firstAtMs, Excuse excuse) {}

    /** A checker for places on real machines. */
    public Checker() {
        this(CLOCK_SKEW_MS);
    }

    /** A checker for places whose clocks are apart by at most so much; zero in a simulation. */
    public Checker(long clockSkewMs) {
        this.clockSkewMs = clockSkewMs;
    }

    /** Takes an observation in. */
    public void observe(Observation seen) {
        if (seen instanceof Observation.OfTransaction ofTransaction) {
            observeTransaction(ofTransaction);
        } else if (seen instanceof Observation.EpochSeen epoch) {
            observeEpoch(epoch);
        } else if (seen instanceof Observation.OverrideDone override) {
            overrides.add(override);
            overridden.add(override.id());
            if (override.verb() == Verb.RELEASE_HOLD) {
                losses.released(override.atMs());
            }
        } else if (seen instanceof Observation.AuditRead audit) {
            auditRead = true;
            audited.addAll(audit.entries());
        } else if (seen instanceof Observation.TotalRead total) {
            if (total.total() != total.expected() && !losses.forfeitBy(total.atMs())) {
                found.add(new Found(new Violation(Invariant.A5, "", total.toString()), 0, Excuse.NOTHING));
            }
        } else if (seen instanceof Observation.StoreLost loss) {
            losses.lost(loss);
        } else if (seen instanceof Observation.StoreRegained regained) {
            losses.regained(regained.atMs());
        } else if (seen instanceof Observation.FaultsBegan) {
            inDoubt.began();
        } else if (seen instanceof Observation.FaultsEnded ended) {
            inDoubt.ended(ended);
        } else if (seen instanceof Observation.InDoubt sample) {
            inDoubt.sampled(sample);
        } else if (seen instanceof Observation.Settled) {
            settled = true;
        } else {
            throw new IllegalStateException("no rule for " + seen);
        }
    }

    private void observeTransaction(Observation.OfTransaction seen) {
        if (seen instanceof Observation.Minted now && !minted.add(now.tx())) {
            report(Invariant.A9, now.tx(), now.atMs(), Excuse.NOTHING, "a second client was given this id: " + now);
        }
        Outcome before = retired.get(seen.tx());
        if (before != null) {
            judgeRetired(before, seen);
            return;
        }
        TransactionEvidence transaction = open.computeIfAbsent(seen.tx(), TransactionEvidence::new);
        transaction.take(seen);
        judgePresent(transaction);
    }

    private void observeEpoch(Observation.EpochSeen seen) {
        String key = seen.store() + "|" + seen.partition() + "|" + seen.epoch() + "|" + seen.nonce();
        Observation.EpochSeen first = epochs.putIfAbsent(key, seen);
        if (first != null && !first.life().equals(seen.life())) {
            report(
                    Invariant.A9,
                    "epoch " + key,
                    seen.atMs(),
                    Excuse.NOTHING,
                    "two lives of a coordinator ran one epoch: " + first + " and " + seen);
        }
    }

    /**
     * Says that a transaction is over: nothing more of it comes but repeated answers, and what is committed is applied. It is
     * judged whole, and its evidence dropped.
     */
    public void retire(String tx) {
        TransactionEvidence transaction = open.remove(tx);
        if (transaction != null) {
            judgeWhole(transaction, true);
            Outcome outcome = transaction.outcome();
            retired.put(tx, outcome == null ? Outcome.UNKNOWN : outcome);
        }
    }

    /** Says that there is no more to observe, and judges what can be judged only then. To be called once. */
    public void finish() {
        open.values().forEach(transaction -> judgeWhole(transaction, settled));
        open.clear();
        inDoubt.requireFallen();
        judgeAudit();
    }

    /** What was found so far. */
    public List<Violation> violations() {
        List<Violation> violations = new ArrayList<>();
        for (Found one : found) {
            if (!losses.excuses(one.firstAtMs, one.excuse)) {
                violations.add(one.violation);
            }
        }
        violations.addAll(inDoubt.violations());
        return violations;
    }

    // ---- contradictions by presence ---------------------------------------------------------------------------------

    private void judgePresent(TransactionEvidence transaction) {
        Observation committed = transaction.committedBy();
        Observation rolledBack = transaction.rolledBackBy();
        if (committed != null && rolledBack != null) {
            boolean onePhase = transaction.branches.values().stream()
                    .anyMatch(branch -> branch.answeredCommitted != null || branch.answeredRolledBack != null);
            report(
                    onePhase ? Invariant.A2 : Invariant.A1,
                    transaction,
                    Excuse.FORFEIT,
                    "two outcomes: " + committed + " and " + rolledBack);
        }
        if (transaction.changed != null) {
            report(
                    Invariant.A3,
                    transaction,
                    Excuse.FORFEIT,
                    "told " + transaction.before + ", then " + transaction.changed);
        }
        for (BranchEvidence branch : transaction.branches.values()) {
            judgeEffects(transaction, branch, committed, rolledBack);
        }
        if (committed != null || transaction.inOnePhase()) {
            judgeVotesPresent(transaction, committed);
        }
    }

    private void judgeEffects(
            TransactionEvidence transaction,
            BranchEvidence branch,
            @Nullable Observation committed,
            @Nullable Observation rolledBack) {
        if (branch.appliedAgain != null) {
            report(
                    Invariant.A4,
                    transaction,
                    Excuse.NOTHING,
                    "applied twice: " + branch.applied + " and " + branch.appliedAgain);
        }
        if (branch.heuristic != null) {
            return;
        }
        if (branch.applied != null && branch.undone != null) {
            report(Invariant.A4, transaction, Excuse.NOTHING, "both " + branch.applied + " and " + branch.undone);
        }
        if (branch.applied != null && rolledBack != null) {
            report(
                    Invariant.A4,
                    transaction,
                    Excuse.FORFEIT,
                    "applied though rolled back: " + branch.applied + " against " + rolledBack);
        }
        boolean counted = branch.saidYes() || branch.toldOnePhase != null;
        if (branch.undone != null && counted && committed != null) {
            report(
                    Invariant.A4,
                    transaction,
                    Excuse.FORFEIT,
                    "undone though committed: " + branch.undone + " against " + committed);
        }
    }

    private void judgeVotesPresent(TransactionEvidence transaction, @Nullable Observation committed) {
        long enlisted = transaction.branches.values().stream()
                .filter(branch -> branch.enlisted != null)
                .count();
        for (BranchEvidence branch : transaction.branches.values()) {
            if (branch.toldOnePhase != null && (transaction.shortcutsForbidden() || enlisted > 1)) {
                report(
                        Invariant.A2,
                        transaction,
                        Excuse.NOTHING,
                        "one phase for a transaction that "
                                + (enlisted > 1 ? "has " + enlisted + " branches" : "does not allow it") + ": "
                                + branch.toldOnePhase);
            }
            if (committed != null && branch.changedItsVote()) {
                report(
                        Invariant.A2,
                        transaction,
                        Excuse.NOTHING,
                        "committed after a refusal: " + branch.refusedFirst + " against " + committed);
            }
            if (committed != null && branch.votedTooEarly != null) {
                report(
                        Invariant.A2,
                        transaction,
                        Excuse.NOTHING,
                        "voted before it was durable: " + branch.votedTooEarly + " before " + branch.prepared);
            }
        }
    }

    private void judgeRetired(Outcome before, Observation.OfTransaction seen) {
        Outcome now = null;
        if (seen instanceof Observation.Told told) {
            now = told.outcome();
        } else if (seen instanceof Observation.Commanded command && command.command() == Observation.Command.COMMIT) {
            now = Outcome.COMMITTED;
        } else if (seen instanceof Observation.Applied) {
            report(Invariant.A4, seen.tx(), seen.atMs(), Excuse.NOTHING, "applied after all was over: " + seen);
        }
        if (now != null && now != Outcome.UNKNOWN && before != Outcome.UNKNOWN && now != before) {
            report(Invariant.A3, seen.tx(), seen.atMs(), Excuse.FORFEIT, "ended as " + before + ", then " + seen);
        }
    }

    // ---- contradictions by absence ----------------------------------------------------------------------------------

    private void judgeWhole(TransactionEvidence transaction, boolean settledNow) {
        Observation committed = transaction.committedBy();
        if (transaction.inOnePhase()) {
            judgeOnePhase(transaction);
        } else if (committed != null) {
            judgeTwoPhases(transaction, committed);
        }
        judgeUnknown(transaction);
        for (BranchEvidence branch : transaction.branches.values()) {
            if (branch.applied != null && branch.heuristic == null && committed == null && !transaction.inOnePhase()) {
                report(
                        Invariant.A4,
                        transaction,
                        Excuse.NOTHING,
                        "applied though nobody was told to commit: " + branch.applied);
            }
        }
        if (committed != null) {
            judgeForgotten(transaction, committed);
            if (settledNow) {
                judgeApplied(transaction, committed);
            }
        }
        if (settledNow) {
            judgeMarks(transaction);
        }
    }

    private void judgeTwoPhases(TransactionEvidence transaction, Observation committed) {
        if (transaction.minted != null && transaction.commitAsked == null) {
            report(Invariant.A2, transaction, Excuse.NOTHING, "committed though no client asked for it: " + committed);
        }
        for (BranchEvidence branch : transaction.branches.values()) {
            if (branch.enlisted != null && !branch.saidYes() && branch.votedReadOnly == null) {
                report(
                        Invariant.A2,
                        transaction,
                        Excuse.NOTHING,
                        "committed without the durable yes of " + branch.name + ": "
                                + (branch.votedPrepared == null ? branch.refusedFirst : branch.votedPrepared)
                                + ", prepared: " + branch.prepared + ", against " + committed);
            }
            if (branch.toldCommit != null && !branch.saidYes()) {
                report(
                        Invariant.A2,
                        transaction,
                        Excuse.NOTHING,
                        "commanded to commit without a yes of its own: " + branch.toldCommit);
            }
        }
    }

    private void judgeOnePhase(TransactionEvidence transaction) {
        boolean answered = transaction.branches.values().stream().anyMatch(branch -> branch.answeredCommitted != null);
        if (transaction.toldCommitted != null && !answered && !overridden.contains(transaction.tx)) {
            report(
                    Invariant.A2,
                    transaction,
                    Excuse.NOTHING,
                    "told committed though the only branch never said so: " + transaction.toldCommitted);
        }
    }

    /** UNKNOWN is for what one phase or an operator left open; in two phases there is always an answer. */
    private void judgeUnknown(TransactionEvidence transaction) {
        boolean overruled = overridden.contains(transaction.tx)
                || transaction.branches.values().stream().anyMatch(branch -> branch.heuristic != null);
        if (transaction.toldUnknown != null && transaction.shortcutsForbidden() && !overruled) {
            report(
                    Invariant.A2,
                    transaction,
                    Excuse.LOSS,
                    "unknown though it has two phases: " + transaction.toldUnknown);
        }
    }

    private void judgeForgotten(TransactionEvidence transaction, Observation committed) {
        Observation.NotFound notFound = transaction.notFound;
        if (notFound == null) {
            return;
        }
        for (BranchEvidence branch : transaction.branches.values()) {
            boolean acknowledged =
                    branch.acknowledged != null && branch.acknowledged.atMs() <= notFound.atMs() + clockSkewMs;
            if (branch.saidYes() && !acknowledged && !isResolved(transaction, branch)) {
                report(
                        Invariant.A6,
                        transaction,
                        Excuse.LOSS,
                        "not found though " + branch.name + " has not acknowledged: " + notFound + " against "
                                + committed + ", acknowledged: " + branch.acknowledged);
            }
        }
    }

    private void judgeApplied(TransactionEvidence transaction, Observation committed) {
        for (BranchEvidence branch : transaction.branches.values()) {
            boolean owed = branch.saidYes() || branch.answeredCommitted != null;
            if (owed && branch.applied == null && branch.heuristic == null && !isResolved(transaction, branch)) {
                report(
                        Invariant.A4,
                        transaction,
                        Excuse.LOSS,
                        "committed, but the effect of " + branch.name + " was never seen: " + committed);
            }
        }
    }

    private void judgeMarks(TransactionEvidence transaction) {
        Outcome outcome = transaction.outcome();
        for (BranchEvidence branch : transaction.branches.values()) {
            Observation.HeuristicDone heuristic = branch.heuristic;
            if (heuristic != null
                    && heuristic.reported()
                    && outcome != null
                    && heuristic.committed() != (outcome == Outcome.COMMITTED)
                    && !transaction.markSeen) {
                report(
                        Invariant.A4,
                        transaction,
                        Excuse.LOSS,
                        outcome + ", and nobody is shown that a resource did otherwise: " + heuristic);
            }
        }
    }

    private boolean isResolved(TransactionEvidence transaction, BranchEvidence branch) {
        return overridden.contains(transaction.tx)
                && overrides.stream()
                        .anyMatch(override -> override.id().equals(transaction.tx)
                                && override.branch().equals(branch.name));
    }

    private void judgeAudit() {
        for (Observation.OverrideDone override : overrides) {
            Observation.AuditEntry entry = new Observation.AuditEntry(
                    override.id(), override.verb(), override.branch(), override.reason(), override.operator());
            if (!audited.contains(entry) && !losses.excuses(override.atMs(), Excuse.LOSS)) {
                String text = auditRead ? "not in the audit trail: " : "nobody read the audit trail after: ";
                found.add(new Found(
                        new Violation(Invariant.A8, override.id(), text + override), override.atMs(), Excuse.NOTHING));
            }
        }
    }

    private void report(Invariant invariant, TransactionEvidence transaction, Excuse excuse, String text) {
        report(invariant, transaction.tx, transaction.firstAtMs, excuse, text);
    }

    private void report(Invariant invariant, String subject, long firstAtMs, Excuse excuse, String text) {
        if (reported.add(new Key(subject, invariant, excuse))) {
            found.add(new Found(new Violation(invariant, subject, text), firstAtMs, excuse));
        }
    }
}
