package io.unanimous.sdk.xa;

import io.unanimous.sdk.BranchId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something known of each of the last branches of this process, forgetting the oldest. Safe for use by many threads.
 *
 * @param <V> what is known
 */
final class RecentBranches<V> {

    private final Map<BranchId, V> byBranch;

    RecentBranches(int rememberedMax) {
        byBranch = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<BranchId, V> eldest) {
                return size() > rememberedMax;
            }
        };
    }

    synchronized void put(BranchId branch, V value) {
        byBranch.put(branch, value);
    }

    synchronized @Nullable V get(BranchId branch) {
        return byBranch.get(branch);
    }

    synchronized void remove(BranchId branch) {
        byBranch.remove(branch);
    }
}
