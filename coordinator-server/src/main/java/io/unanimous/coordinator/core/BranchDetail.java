package io.unanimous.coordinator.core;

/**
 * A branch whole, as operators see it.
 *
 * @param attempts how often the present command was sent
 * @param nextRetryInMs time until it is sent again; 0 when that is not planned
 * @param finding what it was found to have done on its own, or an operator's word; empty for neither
 */
public record BranchDetail(
        BranchName branch,
        BranchState state,
        String incarnation,
        boolean enlisterConnected,
        boolean resourceConnected,
        boolean inDoubt,
        int attempts,
        long nextRetryInMs,
        String lastError,
        String finding,
        boolean acknowledged) {}
