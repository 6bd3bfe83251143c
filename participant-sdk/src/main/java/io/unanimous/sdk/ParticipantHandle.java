package io.unanimous.sdk;

import java.util.concurrent.CompletionStage;

/**
 * A registered participant, as the application sees it. Safe for use by many threads.
 *
 * <p>Do the work of a branch only after its enlistment was confirmed; otherwise a commit could overtake the enlistment
 * and leave the branch out. When an enlistment fails, undo the work of that branch: the failure may have hidden a
 * confirmation, and the coordinator's Rollback is a second net, not the first.
 */
public interface ParticipantHandle extends AutoCloseable {

    /** The resource that it takes part for. */
    String resource();

    /** The branch that this client has, or would have, in a transaction. The same at every call; sends nothing. */
    BranchId branchOf(String transactionId);

    /**
     * Enlists this client's branch of a transaction, and returns once the coordinator has confirmed it. Enlisting twice
     * gives the same branch.
     *
     * @param payload comes back in commit: what is needed to find the work again; at most 4 KiB
     * @throws IllegalArgumentException if the id is malformed or the payload too long
     * @throws RequestRejectedException if the coordinator refuses: the transaction is unknown, or past its active state;
     *     or if the branch was rolled back here before
     * @throws CoordinatorUnavailableException if no answer came in time
     */
    BranchId enlist(String transactionId, byte[] payload);

    /**
     * As {@link #enlist}, for a branch that is prepared already: its work is durable and can be committed and rolled
     * back after a power cut. It is not asked to prepare again.
     */
    BranchId enlistPrepared(String transactionId, byte[] payload);

    /** As {@link #enlist}; completes on an SDK thread, exceptionally with the same exceptions. */
    CompletionStage<BranchId> enlistAsync(String transactionId, byte[] payload);

    /** As {@link #enlistPrepared}; completes on an SDK thread, exceptionally with the same exceptions. */
    CompletionStage<BranchId> enlistPreparedAsync(String transactionId, byte[] payload);

    /**
     * Whether work may still be done in this client's branch: it is enlisted, and neither prepare nor an end of it has
     * begun. It turns false before the participant is called for any of them. An adapter that first makes its work
     * findable for {@link Participant#rollback} and then asks this, cannot leave work behind a rollback.
     */
    boolean active(String transactionId);

    /** Says that the connection to the resource was lost and is back: the resource is scanned again. Returns at once. */
    void resourceReconnected();

    /** Completes when the coordinator has welcomed this participant for the first time. Never blocks. */
    CompletionStage<Void> connected();

    /**
     * Ends the participant: its stream closes after the calls that are running. Branches that are not prepared are
     * rolled back by the coordinator in time; prepared ones stay as they are until somebody registers for the resource.
     */
    @Override
    void close();
}
