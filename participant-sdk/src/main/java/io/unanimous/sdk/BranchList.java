package io.unanimous.sdk;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Branches in the order in which they came. A branch stands in one list at most, and carries its place itself: to come
 * and to go cost the same in a long list as in a short one, and no room. Confined to the participant's loop.
 */
final class BranchList {

    private @Nullable Branch oldest;
    private @Nullable Branch newest;
    private int size;

    /** Adds a branch that stands in no list. */
    void add(Branch branch) {
        branch.list = this;
        branch.older = newest;
        if (newest == null) {
            oldest = branch;
        } else {
            newest.newer = branch;
        }
        newest = branch;
        size++;
    }

    /** Takes out a branch that stands here. */
    void remove(Branch branch) {
        Branch before = branch.older;
        Branch after = branch.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
        branch.list = null;
        branch.older = null;
        branch.newer = null;
        size--;
    }

    /** Whether it stands here. */
    boolean has(Branch branch) {
        return branch.list == this;
    }

    int size() {
        return size;
    }

    /** All of them as they stand now, oldest first. */
    List<Branch> all() {
        List<Branch> all = new ArrayList<>(size);
        for (Branch branch = oldest; branch != null; branch = branch.newer) {
            all.add(branch);
        }
        return all;
    }
}
