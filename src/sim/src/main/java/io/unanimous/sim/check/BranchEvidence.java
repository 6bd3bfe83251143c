package io.unanimous.sim.check;

import io.unanimous.sim.check.Observation.Vote;
import org.jspecify.annotations.Nullable;

/** What was seen of one branch: for each kind the first observation, as far as it matters. */
final class BranchEvidence {

    final String name;
    Observation.@Nullable Enlisted enlisted;
    Observation.@Nullable Prepared prepared;
    Observation.@Nullable VoteSent votedPrepared;
    Observation.@Nullable VoteSent votedReadOnly;
    /** A refusal in whose place no other vote had gone out before. */
    Observation.@Nullable VoteSent refusedFirst;
    /** A vote for whose durability its own place has no proof before it. */
    Observation.@Nullable VoteSent votedTooEarly;

    Observation.@Nullable Commanded toldCommit;
    Observation.@Nullable Commanded toldRollback;
    Observation.@Nullable Commanded toldOnePhase;
    Observation.@Nullable OnePhaseAnswer answeredCommitted;
    Observation.@Nullable OnePhaseAnswer answeredRolledBack;
    Observation.@Nullable Applied applied;
    Observation.@Nullable Applied appliedAgain;
    Observation.@Nullable Undone undone;
    Observation.@Nullable HeuristicDone heuristic;
    Observation.@Nullable Acknowledged acknowledged;

    BranchEvidence(String name) {
        this.name = name;
    }

    /** Whether its yes, backed by a durable prepare, is one that a decision to commit counts on. */
    boolean saidYes() {
        return prepared != null && votedPrepared != null;
    }

    void take(Observation.OfBranch seen) {
        if (seen instanceof Observation.Enlisted e) {
            enlisted = first(enlisted, e);
        } else if (seen instanceof Observation.Prepared p) {
            if (prepared == null
                    && votedPrepared != null
                    && votedPrepared.where().equals(p.where())) {
                votedTooEarly = votedPrepared;
            }
            prepared = first(prepared, p);
        } else if (seen instanceof Observation.VoteSent v) {
            takeVote(v);
        } else if (seen instanceof Observation.Commanded c) {
            switch (c.command()) {
                case COMMIT -> toldCommit = first(toldCommit, c);
                case ROLLBACK -> toldRollback = first(toldRollback, c);
                case COMMIT_ONE_PHASE -> toldOnePhase = first(toldOnePhase, c);
            }
        } else if (seen instanceof Observation.OnePhaseAnswer a) {
            switch (a.outcome()) {
                case COMMITTED -> answeredCommitted = first(answeredCommitted, a);
                case ROLLED_BACK -> answeredRolledBack = first(answeredRolledBack, a);
                case UNKNOWN -> {
                    // Says nothing.
                }
            }
        } else if (seen instanceof Observation.Applied a) {
            if (applied != null) {
                appliedAgain = first(appliedAgain, a);
            }
            applied = first(applied, a);
        } else if (seen instanceof Observation.Undone u) {
            undone = first(undone, u);
        } else if (seen instanceof Observation.HeuristicDone h) {
            // That the coordinator heard of it is worth more than that it happened.
            heuristic = heuristic == null || (h.reported() && !heuristic.reported()) ? h : heuristic;
        } else if (seen instanceof Observation.Acknowledged a) {
            acknowledged = acknowledged == null || a.atMs() < acknowledged.atMs() ? a : acknowledged;
        } else {
            throw new IllegalStateException("no rule for " + seen);
        }
    }

    private void takeVote(Observation.VoteSent vote) {
        if (vote.vote() == Vote.PREPARED) {
            votedPrepared = first(votedPrepared, vote);
        } else if (vote.vote() == Vote.READ_ONLY) {
            votedReadOnly = first(votedReadOnly, vote);
        } else if (votedPrepared == null && votedReadOnly == null) {
            refusedFirst = first(refusedFirst, vote);
        }
    }

    /** A refusal before a yes in one place. */
    boolean changedItsVote() {
        return refusedFirst != null
                && ((votedPrepared != null && votedPrepared.where().equals(refusedFirst.where()))
                        || (votedReadOnly != null && votedReadOnly.where().equals(refusedFirst.where())));
    }

    private static <T> T first(@Nullable T before, T now) {
        return before == null ? now : before;
    }
}
