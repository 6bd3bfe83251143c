package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model database: what is prepared and what is committed in it outlives every process. */
final class ModelResource {

    /** One branch of one transaction. */
    record BranchKey(TransactionId transaction, BranchName branch) {}

    /** What became durable of a branch. */
    enum Holding {
        PREPARED,
        COMMITTED,
        COMMITTED_IN_ONE_PHASE
    }

    private final Map<BranchKey, Holding> states = new LinkedHashMap<>();

    Holding state(BranchKey key) {
        return states.get(key);
    }

    void put(BranchKey key, Holding state) {
        states.put(key, state);
    }

    /** Rolls back what is prepared. */
    void remove(BranchKey key) {
        states.remove(key);
    }

    List<BranchKey> prepared() {
        List<BranchKey> keys = new ArrayList<>();
        states.forEach((key, state) -> {
            if (state == Holding.PREPARED) {
                keys.add(key);
            }
        });
        return keys;
    }

    boolean holdsPrepared() {
        return states.containsValue(Holding.PREPARED);
    }

    Map<BranchKey, Holding> states() {
        return states;
    }
}
