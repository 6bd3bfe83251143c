package io.unanimous.coordinator.core;

import org.jspecify.annotations.Nullable;

/**
 * Who overrides the protocol, and why.
 *
 * @param reason why; kept in the audit trail
 * @param operator who, as the client says; may be empty
 * @param expectState carry it out only in this state; null for any
 * @param dryRun only say what would happen
 */
public record OverrideOrder(
        String reason, String operator, @Nullable TransactionState expectState, boolean dryRun) {}
