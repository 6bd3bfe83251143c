package io.unanimous.sdk;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The branches of one participant: those in work, and those that ended of late.
 *
 * <p>Changed by the participant's loop only; {@link #get} may be used from any thread.
 */
final class BranchTable {

    private final Map<BranchId, Branch> branches = new ConcurrentHashMap<>();

    /** Those in work, oldest first: few among many tombstones, and asked for at every tick. */
    private final Map<BranchId, Branch> living = new LinkedHashMap<>();

    /** Those that ended, oldest first. */
    private final Map<BranchId, Branch> tombstones = new LinkedHashMap<>();

    private final long tombstonesForNanos;

    BranchTable(Duration tombstonesFor) {
        this.tombstonesForNanos = tombstonesFor.toNanos();
    }

    @Nullable
    Branch get(BranchId id) {
        return branches.get(id);
    }

    /** Takes a new branch in, or takes note that a branch has come into another phase. */
    void put(Branch branch) {
        branches.putIfAbsent(branch.id(), branch);
        if (branch.phase() != Branch.Phase.ENDED) {
            if (living.putIfAbsent(branch.id(), branch) == null) {
                tombstones.remove(branch.id());
            }
            return;
        }
        living.remove(branch.id());
        if (tombstones.putIfAbsent(branch.id(), branch) == null && tombstones.size() > Limits.TOMBSTONES_MAX) {
            Iterator<BranchId> oldest = tombstones.keySet().iterator();
            branches.remove(oldest.next());
            oldest.remove();
        }
    }

    /** No further branch may enlist. */
    boolean isFull() {
        return living.size() >= Limits.BRANCHES_MAX;
    }

    /** Forgets the tombstones whose time has passed. */
    void expire(long now) {
        Iterator<Branch> oldest = tombstones.values().iterator();
        while (oldest.hasNext()) {
            Branch branch = oldest.next();
            if (now - branch.sinceNanos() < tombstonesForNanos) {
                return;
            }
            oldest.remove();
            branches.remove(branch.id());
        }
    }

    /** Those that have not ended. */
    List<Branch> living() {
        return List.copyOf(living.values());
    }

    int tombstones() {
        return tombstones.size();
    }
}
