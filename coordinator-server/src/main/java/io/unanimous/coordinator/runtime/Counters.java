package io.unanimous.coordinator.runtime;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the shell counts since the start, by stable names. From any thread. */
public final class Counters {

    private final Map<String, LongAdder> adders = new ConcurrentHashMap<>();

    /** The counter of this name; callers on a hot path keep it. Names come from the program, never from a peer. */
    public LongAdder of(String name) {
        return adders.computeIfAbsent(name, unused -> new LongAdder());
    }

    /** All counters now, in order of their names. */
    public Map<String, Long> read() {
        Map<String, Long> values = new TreeMap<>();
        adders.forEach((name, adder) -> values.put(name, adder.sum()));
        return values;
    }
}
