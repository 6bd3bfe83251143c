package io.unanimous.sdk;

import io.unanimous.v1.LogPosition;
import java.util.List;
import java.util.Set;

/**
 * What one scan of a resource found.
 *
 * @param branches the prepared branches, in the order found
 * @param complete false if there were more than the SDK holds: then nothing may be concluded but for these branches
 * @param asOf the positions known before it began
 * @param beganNanos when it began, by the SDK's clock
 */
record Scan(Set<BranchId> branches, boolean complete, List<LogPosition> asOf, long beganNanos) {}
