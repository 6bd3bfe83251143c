package io.unanimous.sim.coordinator;

import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.log.StoreIdentity;
import io.unanimous.sim.Dice;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A store's files as they would be found: what is synced, and behind it what a process has written and no sync has
 * covered. A process that is killed leaves both; a power cut takes any number of the last unsynced writes, and a torn one
 * is one that was taken, for that is what the log's checksums make of it.
 */
final class Disk {

    private final StoreIdentity identity;
    private final NavigableMap<Long, LogRecord> synced;
    private final Deque<Consumer<NavigableMap<Long, LogRecord>>> unsynced = new ArrayDeque<>();
    private List<HoldFinding> findings;
    private boolean full;

    /** The disk of a store that was just created. */
    Disk(StoreIdentity identity) {
        this(identity, new TreeMap<>(), List.of());
    }

    private Disk(StoreIdentity identity, NavigableMap<Long, LogRecord> synced, List<HoldFinding> findings) {
        this.identity = identity;
        this.synced = synced;
        this.findings = findings;
    }

    /** What a copy of its files holds now, with the reasons to hold that whoever starts from it is to find. */
    Disk copy(List<HoldFinding> reasons) {
        return new Disk(identity, readable(), reasons);
    }

    StoreIdentity identity() {
        return identity;
    }

    List<HoldFinding> findings() {
        return findings;
    }

    void adopt() {
        findings = List.of();
    }

    /** What can be read, whether or not it would survive a power cut. */
    NavigableMap<Long, LogRecord> readable() {
        NavigableMap<Long, LogRecord> all = new TreeMap<>(synced);
        unsynced.forEach(write -> write.accept(all));
        return all;
    }

    void write(Consumer<NavigableMap<Long, LogRecord>> change) {
        unsynced.add(change);
    }

    /** Everything written is on disk. */
    void sync() {
        unsynced.forEach(write -> write.accept(synced));
        unsynced.clear();
    }

    /** The power fails: some of the oldest unsynced writes had reached the disk by themselves, the others are gone. */
    void cutPower(Dice dice) {
        int kept = dice.below(unsynced.size() + 1);
        for (int i = 0; i < kept; i++) {
            unsynced.remove().accept(synced);
        }
        unsynced.clear();
    }

    void fill(boolean nowFull) {
        full = nowFull;
    }

    /** Whether there is room for nothing but what the reserve is kept for. */
    boolean isFull() {
        return full;
    }
}
