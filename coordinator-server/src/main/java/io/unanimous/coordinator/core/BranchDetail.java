package io.unanimous.coordinator.core;

import org.jspecify.annotations.Nullable;

/**
 * A branch whole, as operators see it.
 *
 * @param attempts how often the present command was sent
 * @param nextRetryInMs time until it is sent again; 0 when that is not planned
 * @param finding what it was found to have done on its own, or an operator's word; empty for neither
 * @param vote how it voted; null when it did not, or that is not known any more
 * @param votedMs when; wall clock; 0 for not known
 * @param refusalReason why it refused; empty when it did not
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
        boolean acknowledged,
        @Nullable Vote vote,
        long votedMs,
        String refusalReason) {}
