package io.unanimous.sdk;

import io.unanimous.v1.LogPosition;

/** Names for tests. */
final class Ids {

    static final String STORE = "11111111-2222-3333-4444-555555555555";
    static final String OTHER_STORE = "99999999-2222-3333-4444-555555555555";

    private Ids() {}

    /** The n-th transaction of epoch 5. */
    static String transaction(int n) {
        String digits = String.format("%010d", n);
        return "1111111112222233334444abcd-00-0000000005-abcdef-" + digits + "-0";
    }

    static BranchId branch(int transaction, String resource, String suffix) {
        return BranchId.of(transaction(transaction), resource, suffix);
    }

    static LogPosition position(long epoch, long logNumber) {
        return LogPosition.newBuilder()
                .setCoordinator(STORE)
                .setEpoch(epoch)
                .setEpochNonce((int) epoch * 7)
                .setLogNumber(logNumber)
                .build();
    }
}
