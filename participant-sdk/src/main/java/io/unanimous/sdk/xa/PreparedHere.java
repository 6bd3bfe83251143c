package io.unanimous.sdk.xa;

import io.unanimous.sdk.BranchId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The branches that this process prepared last: what it then finds missing was ended by somebody else. It forgets the
 * oldest, and then takes such an absence for its own earlier attempt's doing. Safe for use by many threads.
 */
final class PreparedHere {

    /** More branches than any database lets be prepared at once. */
    static final int REMEMBERED_MAX = 100_000;

    private final Map<BranchId, Boolean> readOnlyByBranch = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<BranchId, Boolean> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    synchronized void add(BranchId branch, boolean readOnly) {
        readOnlyByBranch.put(branch, readOnly);
    }

    synchronized boolean contains(BranchId branch) {
        return readOnlyByBranch.containsKey(branch);
    }

    /** Whether the branch is known to have changed nothing. */
    synchronized boolean readOnly(BranchId branch) {
        return readOnlyByBranch.getOrDefault(branch, false);
    }

    synchronized void remove(BranchId branch) {
        readOnlyByBranch.remove(branch);
    }
}
