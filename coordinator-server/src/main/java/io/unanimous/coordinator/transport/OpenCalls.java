package io.unanimous.coordinator.transport;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The calls that are open, in the order in which they opened: a walk over them is the same on every run, which a
 * replay from a seed needs. From any thread.
 */
final class OpenCalls<T> {

    private final Set<T> calls = new LinkedHashSet<>();

    synchronized void add(T call) {
        calls.add(call);
    }

    /** Whether the call was open until now. */
    synchronized boolean remove(T call) {
        return calls.remove(call);
    }

    /** Goes through the calls that are open now; they may end on the way. */
    void forEach(Consumer<? super T> action) {
        snapshot().forEach(action);
    }

    private synchronized List<T> snapshot() {
        return List.copyOf(calls);
    }
}
