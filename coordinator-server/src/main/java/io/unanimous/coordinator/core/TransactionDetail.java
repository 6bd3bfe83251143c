package io.unanimous.coordinator.core;

import java.util.List;

/**
 * A transaction whole, as operators see it.
 *
 * @param deadlineInMs time left until its deadline; 0 when it has passed or no longer matters
 * @param reason why it rolled back; empty when it did not, or that is not known
 * @param advice what it waits for, and which action is safe
 * @param presumed no record of it exists, and the state is presumed
 * @param decidedMs when it was decided, either way; wall clock; 0 for undecided or not known
 */
public record TransactionDetail(
        TransactionSummary summary,
        List<BranchDetail> branches,
        List<TimelineEntry> timeline,
        long deadlineInMs,
        String reason,
        String advice,
        boolean presumed,
        long decidedMs) {}
