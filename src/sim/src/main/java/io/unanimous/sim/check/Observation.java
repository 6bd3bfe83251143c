package io.unanimous.sim.check;

import java.util.List;

/**
 * A fact seen from outside the coordinator.
 *
 * <p>Whoever records it writes it down <em>before</em> acting on it, so that a process killed in between has told less than
 * it recorded and never more: a vote is recorded before it is sent, a command when it is accepted and before it is carried
 * out, an answer before it is used. A command that a participant rejects as stale is not recorded.
 *
 * <p>Apart from A7 no rule compares times or positions of different places; within one place the order of its observations
 * counts.
 */
public sealed interface Observation {

    /** When, on the wall clock of the place (virtual in the simulator). Clocks of places agree roughly. */
    long atMs();

    /** The process, node or resource that saw it; one life of a process is one place. */
    String where();

    /** An observation about one transaction. */
    sealed interface OfTransaction extends Observation {
        String tx();
    }

    /** An observation about one branch of a transaction. */
    sealed interface OfBranch extends OfTransaction {
        String branch();
    }

    /** What became of a transaction, or of a one-phase branch. UNKNOWN says that the answer is lost for ever. */
    enum Outcome {
        COMMITTED,
        ROLLED_BACK,
        UNKNOWN
    }

    /** Whether resources acted against the outcome, as it was told with it. */
    enum Mark {
        NONE,
        MIXED,
        HAZARD
    }

    /** What a branch answers to prepare. */
    enum Vote {
        PREPARED,
        READ_ONLY,
        REFUSED
    }

    /** What a coordinator told a branch, as a command or as the answer to its question. */
    enum Command {
        COMMIT,
        ROLLBACK,
        COMMIT_ONE_PHASE
    }

    /** What an operator did to override the protocol. */
    enum Verb {
        /** Ended an undecided transaction past its deadline. */
        ROLL_BACK,
        /** Recorded what was verified at the resource about one branch. */
        RESOLVE_BRANCH,
        /** Acknowledged a heuristic outcome. */
        FORGET,
        /** Ended HOLD. */
        RELEASE_HOLD
    }

    /** How a store was lost. */
    enum Loss {
        /** A restore by the coordinator's own command. */
        RESTORED,
        /** Files were copied back behind its back. */
        COPIED,
        /** An empty directory was put in place. */
        EMPTIED,
        /** A copy and its original both ran. */
        DOUBLED
    }

    // ---- clients ------------------------------------------------------------------------------------------------

    /**
     * Begin answered a client with this id; recorded once for each request.
     *
     * @param shortcutsAllowed begun with the option that allows one phase and read-only commits without a record
     */
    record Minted(long atMs, String where, String tx, boolean shortcutsAllowed) implements OfTransaction {}

    /** A client asked for commit. */
    record CommitAsked(long atMs, String where, String tx) implements OfTransaction {}

    /** A client asked for rollback. */
    record RollbackAsked(long atMs, String where, String tx) implements OfTransaction {}

    /**
     * An initiator, an asker by id or an admin was told the outcome. "In progress" is no outcome.
     *
     * @param how the question, for people: commit, rollback, outcome, show
     */
    record Told(long atMs, String where, String tx, Outcome outcome, Mark mark, String how) implements OfTransaction {}

    /** Somebody asked for the outcome and was told that nothing is known of the transaction. */
    record NotFound(long atMs, String where, String tx) implements OfTransaction {}

    // ---- participants -------------------------------------------------------------------------------------------

    /**
     * A participant was shown this epoch.
     *
     * @param life opaque name of one process life of a coordinator
     */
    record EpochSeen(long atMs, String where, String store, String partition, String epoch, String nonce, String life)
            implements Observation {}

    /** A participant's enlistment was confirmed. */
    record Enlisted(long atMs, String where, String tx, String branch) implements OfBranch {}

    /** A branch is prepared durably at its resource. */
    record Prepared(long atMs, String where, String tx, String branch) implements OfBranch {}

    /** A participant votes, also early, with its enlistment. */
    record VoteSent(long atMs, String where, String tx, String branch, Vote vote) implements OfBranch {}

    /** A participant accepted a command, or was answered one to its question about a prepared branch. */
    record Commanded(long atMs, String where, String tx, String branch, Command command) implements OfBranch {}

    /** A participant answers what became of its one-phase commit. */
    record OnePhaseAnswer(long atMs, String where, String tx, String branch, Outcome outcome) implements OfBranch {}

    /** A participant acknowledges commit, rollback or a heuristic outcome. */
    record Acknowledged(long atMs, String where, String tx, String branch) implements OfBranch {}

    // ---- resources ----------------------------------------------------------------------------------------------

    /** The resource made the branch's effect visible; once for each time that it did. */
    record Applied(long atMs, String where, String tx, String branch, long amount) implements OfBranch {}

    /** The resource ended the branch without any effect. */
    record Undone(long atMs, String where, String tx, String branch) implements OfBranch {}

    /**
     * The resource, or an operator there, ended a prepared branch on its own.
     *
     * @param committed which way
     * @param reported the coordinator heard of it; then whoever records this asks for the outcome before the end, so that
     *     the mark can be seen
     */
    record HeuristicDone(long atMs, String where, String tx, String branch, boolean committed, boolean reported)
            implements OfBranch {}

    /** All money of a place that must be constant, read while nothing is in work. */
    record TotalRead(long atMs, String where, String place, long total, long expected) implements Observation {}

    // ---- operators ----------------------------------------------------------------------------------------------

    /**
     * An operator's override was answered OK.
     *
     * @param id the transaction, or the evidence that the release of a HOLD names
     * @param branch the branch; empty where it is not about one
     */
    record OverrideDone(long atMs, String where, String id, Verb verb, String branch, String reason, String operator)
            implements Observation {}

    /** What the audit trail shows in the end. */
    record AuditRead(long atMs, String where, List<AuditEntry> entries) implements Observation {
        public AuditRead {
            entries = List.copyOf(entries);
        }
    }

    /** An override in the audit trail; {@code id} and {@code branch} as in {@link OverrideDone}. */
    record AuditEntry(String id, Verb verb, String branch, String reason, String operator) {}

    // ---- the run ------------------------------------------------------------------------------------------------

    /**
     * What the coordinator had stored was lost in part or whole: every transaction first seen before this may have lost its
     * decision. It may stay in doubt and be unknown, but is not told or given a second outcome unless an operator
     * releases the hold, or the loss cannot be proved.
     *
     * @param provable something is left that proves the loss to a coordinator: the restore command, a copy's inode, or
     *     newer evidence at a participant; without it the protocol promises nothing
     */
    record StoreLost(long atMs, String where, Loss loss, boolean provable) implements Observation {}

    /** The store that was lost is back as it was: what is done from now on loses nothing any more. */
    record StoreRegained(long atMs, String where) implements Observation {}

    /** Faults begin, or begin again: until the next end of faults nothing need converge. */
    record FaultsBegan(long atMs, String where) implements Observation {}

    /** No fault is injected from here on, and everything that was stopped runs again. */
    record FaultsEnded(long atMs, String where) implements Observation {}

    /**
     * How many branches are prepared at all resources; recorded by the place that records the faults, while no new work
     * is begun.
     *
     * @param hold what is left waits for an operator: the coordinator is in HOLD, or its store was lost
     */
    record InDoubt(long atMs, String where, int count, boolean hold) implements Observation {}

    /** The run is over: what is committed is applied by now. */
    record Settled(long atMs, String where) implements Observation {}
}
