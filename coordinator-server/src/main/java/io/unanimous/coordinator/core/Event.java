package io.unanimous.coordinator.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened: the only thing that changes what the protocol knows, live and in recovery alike.
 *
 * <p>Which events a transaction's state allows is said by {@link Transitions}; any other throws.
 */
public sealed interface Event {

    /** What it needs before anybody may hear of it. */
    Durability durability();

    /** An event that is written to the log. */
    sealed interface Durable extends Event {}

    /** An event of one transaction. */
    sealed interface OfTransaction extends Event {
        /** The transaction. */
        TransactionId transaction();
    }

    // ---- of the store -------------------------------------------------------------------------------------------

    /** A life of the coordinator began; no id of this epoch was minted before. */
    record EpochStarted(long epoch, int nonce, long wallMs) implements Durable {
        @Override
        public Durability durability() {
            return Durability.FORCED;
        }
    }

    /** A resource's name was bound to a fingerprint, and the resource is known to the store from now on. */
    record ResourceBound(String resource, String fingerprint) implements Durable {
        @Override
        public Durability durability() {
            return Durability.FORCED;
        }
    }

    /** Evidence of lost records, or of another copy of this store: presume nothing until an operator lifts it. */
    record HoldEntered(List<HoldFinding> findings, long wallMs) implements Durable {
        @Override
        public Durability durability() {
            return Durability.FORCED;
        }
    }

    /** An operator has seen the evidence and lifted the hold; the same evidence does not bring it back. */
    record HoldLifted(String evidenceId, long wallMs) implements Durable {
        @Override
        public Durability durability() {
            return Durability.FORCED;
        }
    }

    /**
     * Outcomes at or below this id are pruned: from now on an id there without a record is not presumed about. One below
     * an earlier horizon prunes what finished late, and lowers nothing.
     */
    record HorizonRaised(TransactionId horizon) implements Durable {
        @Override
        public Durability durability() {
            return Durability.FORCED;
        }
    }

    /**
     * An operator overrode the protocol: the audit record, in the same batch as its effect.
     *
     * @param verb the override, as tx-admin names it
     * @param subject the transaction's id or the evidence's
     * @param branch the branch, or empty
     * @param stateBefore the transaction's state before, or empty
     */
    record OperatorActed(
            String verb, String subject, String branch, String stateBefore, String reason, String operator, long wallMs)
            implements Durable {
        @Override
        public Durability durability() {
            return Durability.FORCED;
        }
    }

    // ---- of a transaction, written ------------------------------------------------------------------------------

    /**
     * A branch in a decision to commit.
     *
     * @param branch its name
     * @param incarnation who enlisted it
     * @param payload what it enlisted with
     */
    record DecidedBranch(BranchName branch, String incarnation, Payload payload) {}

    /** The commit condition: a transaction is committed if and only if this record is durable. */
    record CommitDecided(TransactionId transaction, String initiator, List<DecidedBranch> prepared, long wallMs)
            implements Durable, OfTransaction {
        @Override
        public Durability durability() {
            return Durability.FORCED;
        }
    }

    /** Every branch of a decided transaction has acknowledged. Lost, the acknowledgements are asked for again. */
    record Finished(TransactionId transaction, long wallMs) implements Durable, OfTransaction {
        @Override
        public Durability durability() {
            return Durability.LAZY;
        }
    }

    /**
     * A resource acted on its own.
     *
     * @param decided what had been decided, so that a rolled-back transaction, which has no other record, can be shown
     *     after a restart; UNKNOWN for a one-phase commit, and where the outcome is not on record any more
     */
    record HeuristicReported(
            TransactionId transaction,
            BranchName branch,
            Outcome decided,
            AckResult result,
            HeuristicMark mark,
            String detail,
            long wallMs)
            implements Durable, OfTransaction {
        @Override
        public Durability durability() {
            return Durability.FORCED;
        }
    }

    /**
     * An operator recorded what became of a branch.
     *
     * @param decided what had been decided; UNKNOWN for a one-phase commit, whose outcome this then is
     */
    record BranchResolved(
            TransactionId transaction,
            BranchName branch,
            Outcome decided,
            Resolution resolution,
            HeuristicMark mark,
            String reason,
            long wallMs)
            implements Durable, OfTransaction {
        @Override
        public Durability durability() {
            return Durability.FORCED;
        }
    }

    /** An operator has taken note of a transaction's heuristic outcomes. */
    record HeuristicAcknowledged(TransactionId transaction, long wallMs) implements Durable, OfTransaction {
        @Override
        public Durability durability() {
            return Durability.FORCED;
        }
    }

    // ---- of a transaction, never written ------------------------------------------------------------------------

    /** A transaction began. */
    record Began(TransactionId transaction, String initiator, long timeoutMs, long deadlineMs, long wallMs)
            implements OfTransaction {
        @Override
        public Durability durability() {
            return Durability.TRANSIENT;
        }
    }

    /** A branch enlisted; with an early vote if it was prepared already. */
    record Enlisted(
            TransactionId transaction,
            BranchName branch,
            String incarnation,
            Payload payload,
            @Nullable Vote earlyVote,
            long wallMs)
            implements OfTransaction {
        @Override
        public Durability durability() {
            return Durability.TRANSIENT;
        }
    }

    /** Commit was requested, and the branches that have not voted are asked to. */
    record PrepareStarted(TransactionId transaction, long deadlineMs, long wallMs) implements OfTransaction {
        @Override
        public Durability durability() {
            return Durability.TRANSIENT;
        }
    }

    /** A branch voted; its first vote, later ones are duplicates. */
    record Voted(TransactionId transaction, BranchName branch, Vote vote, String reason, long wallMs)
            implements OfTransaction {
        @Override
        public Durability durability() {
            return Durability.TRANSIENT;
        }
    }

    /** The transaction will not commit: decided by a branch, or with an empty name by somebody or something else. */
    record RollbackDecided(TransactionId transaction, String byBranch, String cause, long wallMs)
            implements OfTransaction {
        @Override
        public Durability durability() {
            return Durability.TRANSIENT;
        }
    }

    /** A branch has carried out the outcome. */
    record Acknowledged(TransactionId transaction, BranchName branch, long wallMs) implements OfTransaction {
        @Override
        public Durability durability() {
            return Durability.TRANSIENT;
        }
    }

    /** Every branch has acknowledged the rollback, or the time for delivering it is over. */
    record RolledBack(TransactionId transaction, long wallMs) implements OfTransaction {
        @Override
        public Durability durability() {
            return Durability.TRANSIENT;
        }
    }

    /** Every branch was read-only, and the id allows to commit without a record. */
    record CommittedUnlogged(TransactionId transaction, long wallMs) implements OfTransaction {
        @Override
        public Durability durability() {
            return Durability.TRANSIENT;
        }
    }

    /** The only branch was told to commit in one phase. */
    record OnePhaseStarted(TransactionId transaction, long wallMs) implements OfTransaction {
        @Override
        public Durability durability() {
            return Durability.TRANSIENT;
        }
    }

    /** A one-phase commit ended: COMMITTED, ROLLED_BACK, or UNKNOWN when its answer was lost. */
    record OnePhaseEnded(TransactionId transaction, Outcome outcome, String detail, long wallMs)
            implements OfTransaction {
        @Override
        public Durability durability() {
            return Durability.TRANSIENT;
        }
    }
}
