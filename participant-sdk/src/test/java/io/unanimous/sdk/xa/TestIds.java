package io.unanimous.sdk.xa;

import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.BranchId;

/** Well-formed ids for tests. */
final class TestIds {

    private TestIds() {}

    /** The transaction with this sequence, of a store that exists in tests only. */
    static String transaction(int sequence) {
        return "0123456789abcdefghjkmnpqrs-00-0000000001-000000-" + "%010d".formatted(sequence) + "-0";
    }

    /** The first delivery of a command to a branch that this process has seen from its enlistment on. */
    static BranchContext first(BranchId branch) {
        return new BranchContext(branch, new byte[0], 1, false);
    }

    /** A later delivery. */
    static BranchContext again(BranchId branch, int attempt) {
        return new BranchContext(branch, new byte[0], attempt, true);
    }

    /** The first delivery to a process that did not prepare the branch. */
    static BranchContext recovered(BranchId branch) {
        return new BranchContext(branch, new byte[0], 1, true);
    }
}
