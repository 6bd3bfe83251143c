package io.unanimous.sim.check;

import io.unanimous.sim.check.Observation.Mark;
import io.unanimous.sim.check.Observation.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was seen of one transaction: the branches' evidence, and the first observation of each kind about the whole. */
final class TransactionEvidence {

    final String tx;
    final Map<String, BranchEvidence> branches = new LinkedHashMap<>();
    long firstAtMs = Long.MAX_VALUE;
    Observation.@Nullable Minted minted;
    Observation.@Nullable CommitAsked commitAsked;
    Observation.@Nullable Told toldCommitted;
    Observation.@Nullable Told toldRolledBack;
    Observation.@Nullable Told toldUnknown;
    /** Told in a place that had been told otherwise. */
    Observation.@Nullable Told changed;
    /** What that place had been told before. */
    Observation.@Nullable Told before;

    Observation.@Nullable NotFound notFound;
    boolean markSeen;
    private final Map<String, Observation.Told> toldIn = new LinkedHashMap<>();

    TransactionEvidence(String tx) {
        this.tx = tx;
    }

    void take(Observation.OfTransaction seen) {
        firstAtMs = Math.min(firstAtMs, seen.atMs());
        if (seen instanceof Observation.OfBranch ofBranch) {
            branches.computeIfAbsent(ofBranch.branch(), BranchEvidence::new).take(ofBranch);
        } else if (seen instanceof Observation.Minted m) {
            minted = minted == null ? m : minted;
        } else if (seen instanceof Observation.CommitAsked c) {
            commitAsked = commitAsked == null ? c : commitAsked;
        } else if (seen instanceof Observation.Told t) {
            takeTold(t);
        } else if (seen instanceof Observation.NotFound n) {
            notFound = notFound == null || n.atMs() < notFound.atMs() ? n : notFound;
        } else if (!(seen instanceof Observation.RollbackAsked)) {
            throw new IllegalStateException("no rule for " + seen);
        }
    }

    private void takeTold(Observation.Told told) {
        markSeen |= told.mark() != Mark.NONE;
        switch (told.outcome()) {
            case COMMITTED -> toldCommitted = toldCommitted == null ? told : toldCommitted;
            case ROLLED_BACK -> toldRolledBack = toldRolledBack == null ? told : toldRolledBack;
            case UNKNOWN -> {
                toldUnknown = toldUnknown == null ? told : toldUnknown;
                return;
            }
        }
        Observation.Told earlier = toldIn.putIfAbsent(told.where(), told);
        if (earlier != null && earlier.outcome() != told.outcome() && changed == null) {
            changed = told;
            before = earlier;
        }
    }

    boolean shortcutsForbidden() {
        return minted != null && !minted.shortcutsAllowed();
    }

    boolean inOnePhase() {
        return branches.values().stream().anyMatch(branch -> branch.toldOnePhase != null);
    }

    /** An observation that says that the transaction is committed. */
    @Nullable
    Observation committedBy() {
        if (toldCommitted != null) {
            return toldCommitted;
        }
        for (BranchEvidence branch : branches.values()) {
            if (branch.toldCommit != null) {
                return branch.toldCommit;
            }
            if (branch.answeredCommitted != null) {
                return branch.answeredCommitted;
            }
        }
        return null;
    }

    /**
     * An observation that says that the transaction is rolled back. A rollback of a branch that said no, nothing, or
     * read-only says nothing of the rest: a branch outside the decision is rolled back even when the others commit.
     */
    @Nullable
    Observation rolledBackBy() {
        if (toldRolledBack != null) {
            return toldRolledBack;
        }
        for (BranchEvidence branch : branches.values()) {
            if (branch.toldRollback != null && branch.saidYes()) {
                return branch.toldRollback;
            }
            if (branch.answeredRolledBack != null) {
                return branch.answeredRolledBack;
            }
        }
        return null;
    }

    /** The outcome as far as it is known. */
    @Nullable
    Outcome outcome() {
        if (committedBy() != null) {
            return Outcome.COMMITTED;
        }
        return rolledBackBy() != null ? Outcome.ROLLED_BACK : null;
    }
}
