package io.unanimous.sdk;

import java.time.Duration;
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

    private final BranchList living = new BranchList();
    private final BranchList tombstones = new BranchList();

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
        BranchList right = branch.phase() == Branch.Phase.ENDED ? tombstones : living;
        BranchList before = branch.list;
        if (before == right) {
            return;
        }
        if (before != null) {
            before.remove(branch);
        } else if (branches.putIfAbsent(branch.id(), branch) != null) {
            // Its tombstone was forgotten, and the table knows the branch anew.
            return;
        }
        right.add(branch);
        Branch oldest = tombstones.oldest();
        if (oldest != null && tombstones.size() > Limits.TOMBSTONES_MAX) {
            forget(oldest);
        }
    }

    private void forget(Branch tombstone) {
        tombstones.remove(tombstone);
        branches.remove(tombstone.id());
    }

    /** No further branch may enlist. */
    boolean isFull() {
        return living.size() >= Limits.BRANCHES_MAX;
    }

    /** Forgets the tombstones whose time has passed. */
    void expire(long now) {
        for (Branch oldest = tombstones.oldest();
                oldest != null && now - oldest.sinceNanos() >= tombstonesForNanos;
                oldest = tombstones.oldest()) {
            forget(oldest);
        }
    }

    /** Those that have not ended, oldest first. */
    List<Branch> living() {
        return living.all();
    }

    int tombstones() {
        return tombstones.size();
    }
}
