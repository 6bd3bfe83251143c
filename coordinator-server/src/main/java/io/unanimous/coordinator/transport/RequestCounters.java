package io.unanimous.coordinator.transport;

import io.unanimous.coordinator.runtime.Counters;
import java.util.concurrent.atomic.LongAdder;

/** Counts initiators' requests, whichever way they came. */
record RequestCounters(LongAdder begin, LongAdder commit, LongAdder rollback, LongAdder getTransaction) {

    static RequestCounters of(Counters counters) {
        return new RequestCounters(
                counters.of("requests_begin"),
                counters.of("requests_commit"),
                counters.of("requests_rollback"),
                counters.of("requests_get_transaction"));
    }
}
