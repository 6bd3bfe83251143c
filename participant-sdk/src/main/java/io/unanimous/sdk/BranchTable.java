package io.unanimous.sdk;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The branches of one participant: those in work, and tombstones of those that ended of late.
 *
 * <p>They stand apart, since nearly every message is about the few in work, and the many tombstones are in no cache. Of
 * tombstones there are two generations, so that they are forgotten a generation at a time, which costs nothing: when the
 * younger is full or old enough, it takes the place of the older. Confined to the participant's loop, but for
 * {@link #inWork}, which any thread may use.
 */
final class BranchTable {

    private final Map<BranchId, Branch> living = new ConcurrentHashMap<>();
    private final BranchList livingByAge = new BranchList();

    private final long tombstonesForNanos;
    private Map<BranchId, Branch> younger = new HashMap<>();
    private Map<BranchId, Branch> older = new HashMap<>();
    private long youngerSinceNanos;

    /** @param now when the first generation begins */
    BranchTable(Duration tombstonesFor, long now) {
        this.tombstonesForNanos = tombstonesFor.toNanos();
        this.youngerSinceNanos = now;
    }

    @Nullable
    Branch get(BranchId id) {
        Branch branch = living.get(id);
        return branch == null ? tombstone(id) : branch;
    }

    private @Nullable Branch tombstone(BranchId id) {
        Branch branch = younger.get(id);
        return branch == null ? older.get(id) : branch;
    }

    /** A branch that has not ended; null if there is none of this id. From any thread. */
    @Nullable
    Branch inWork(BranchId id) {
        return living.get(id);
    }

    /** Takes a new branch in, or takes note that a branch has come into another phase. */
    void put(Branch branch) {
        boolean ends = branch.phase() == Branch.Phase.ENDED;
        boolean lived = livingByAge.has(branch);
        if (ends && lived) {
            livingByAge.remove(branch);
            living.remove(branch.id());
        }
        if (ends && (lived || get(branch.id()) == null)) {
            bury(branch);
        } else if (!ends && !lived && living.putIfAbsent(branch.id(), branch) == null) {
            livingByAge.add(branch);
            younger.remove(branch.id());
            older.remove(branch.id());
        }
    }

    private void bury(Branch branch) {
        if (younger.size() >= Limits.TOMBSTONES_OF_A_GENERATION_MAX) {
            ageGeneration(branch.sinceNanos());
        }
        younger.put(branch.id(), branch);
    }

    private void ageGeneration(long now) {
        older = younger;
        younger = new HashMap<>();
        youngerSinceNanos = now;
    }

    /** No further branch may enlist. */
    boolean isFull() {
        return livingByAge.size() >= Limits.BRANCHES_MAX;
    }

    /** Forgets tombstones whose time has passed: none sooner, and all in twice that time. */
    void expire(long now) {
        if (now - youngerSinceNanos >= tombstonesForNanos) {
            ageGeneration(now);
        }
    }

    /** Those that have not ended, oldest first. */
    List<Branch> living() {
        return livingByAge.all();
    }

    int tombstones() {
        return younger.size() + older.size();
    }
}
