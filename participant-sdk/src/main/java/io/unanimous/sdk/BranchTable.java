package io.unanimous.sdk;

import java.time.Duration;
import java.util.ArrayList;
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

    /** The tombstones among them, oldest first. */
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
            tombstones.remove(branch.id());
        } else if (tombstones.putIfAbsent(branch.id(), branch) == null && tombstones.size() > Limits.TOMBSTONES_MAX) {
            Iterator<BranchId> oldest = tombstones.keySet().iterator();
            branches.remove(oldest.next());
            oldest.remove();
        }
    }

    /** No further branch may enlist. */
    boolean isFull() {
        return branches.size() - tombstones.size() >= Limits.BRANCHES_MAX;
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
        List<Branch> living = new ArrayList<>();
        for (Branch branch : branches.values()) {
            if (branch.phase() != Branch.Phase.ENDED) {
                living.add(branch);
            }
        }
        return living;
    }

    int tombstones() {
        return tombstones.size();
    }
}
