package io.unanimous.sdk;

/**
 * Takes part in transactions for one resource: prepares, commits and rolls back its branches.
 *
 * <p>Called on the client's worker threads, never on a gRPC thread. Calls for one branch never overlap and come in the
 * coordinator's order; calls for different branches run side by side. Every call may block; a call that never returns
 * occupies a worker, and prepares can occupy only part of them, so that commits and rollbacks go on.
 *
 * <p>Commit and rollback are told again until they succeed, after crashes too: they must be idempotent, and must
 * succeed for a branch that is done already. A rollback may come for a branch that was never begun here.
 */
public interface Participant {

    /**
     * Makes the branch's work durable so that it can still be committed and still be rolled back, and votes. Called at
     * most once for a branch. An exception counts as a refusal; the branch is still rolled back afterwards.
     */
    Ballot prepare(BranchContext branch) throws Exception;

    /**
     * Commits a prepared branch. Idempotent.
     *
     * @return {@link Ending#done()}, {@link Ending#retry} or a heuristic ending; an exception means: tell me again later
     */
    Ending commit(BranchContext branch) throws Exception;

    /**
     * Commits a branch that was not prepared. Called at most once for a branch, only for transactions that allow it.
     *
     * @return {@link Ending#done()}, {@link Ending#rolledBack} or {@link Ending#unknown}; an exception counts as unknown
     */
    Ending commitOnePhase(BranchContext branch) throws Exception;

    /**
     * Rolls a branch back, prepared or not. Idempotent; done also for a branch never seen.
     *
     * @return {@link Ending#done()}, {@link Ending#retry} or a heuristic ending; an exception means: tell me again later
     */
    Ending rollback(BranchContext branch) throws Exception;

    /**
     * Forgets a heuristic ending at the resource, after an operator acknowledged it. Idempotent; an exception means:
     * tell me again later.
     */
    void forget(BranchContext branch) throws Exception;

    /**
     * Tells every prepared branch of this resource, whoever prepared it. Returning normally says that the scan is
     * complete; an exception says that there was no scan, and it is repeated after a while. Never called twice at once.
     */
    void scan(ScanSink sink) throws Exception;

    /**
     * What the resource's name is bound to, such as the database's system identifier, in at most 256 bytes. The
     * coordinator refuses a participant that shows another one for a known name. Empty: not checked.
     */
    default String fingerprint() throws Exception {
        return "";
    }

    /**
     * Checked once, when the participant is registered, on the caller's thread.
     *
     * @throws UnsuitableResourceException if the resource cannot keep a promise as it is set up: says what to set
     */
    default void verify() throws Exception {}

    /**
     * Called once, when the participant has ended ({@link ParticipantHandle#close()}, or the client's), after every
     * other call has returned; also when its registration failed after {@link #verify()}. Give back what is held, such
     * as connections. Prepared branches stay as they are.
     */
    default void ended() {}
}
