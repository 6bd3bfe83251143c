package io.unanimous.sdk;

import io.unanimous.sdk.EvidenceStore.Seen;
import io.unanimous.v1.LogPosition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much of each coordinator's log this process has seen.
 *
 * <p>It serves two ends. A coordinator whose store was put back to an older state is shown what it has forgotten, and
 * then presumes nothing. And a coordinator that was replaced and does not know it yet is not obeyed: nothing of an epoch
 * lower than the highest seen is carried out.
 *
 * <p>A position is raised within its epoch at any time. That of another epoch takes its place only on the word of a
 * coordinator that is not in HOLD: it was shown the old position in Hello, compared it with its own past, and accepted
 * it. In HOLD the old position is the evidence that the operator is to look at.
 *
 * <p>Safe for many threads. {@link #secure} blocks and belongs on worker threads; the rest does not.
 */
final class Evidence {

    private record Key(String coordinator, int partition) {}

    private final @Nullable EvidenceStore store;
    private final Object writing = new Object();

    /** Oldest observation first. */
    private final Map<Key, Seen> seen = new LinkedHashMap<>();

    /** Whose coordinator was refused last time, for an epoch lower than the highest seen. */
    private final Set<Key> refused = new LinkedHashSet<>();

    private long version;
    private long securedVersion;

    private Evidence(@Nullable EvidenceStore store) {
        this.store = store;
    }

    /** Evidence that lives as long as the process. */
    static Evidence inMemory() {
        return new Evidence(null);
    }

    /** @throws IOException if the file cannot be read, or is damaged */
    static Evidence in(EvidenceStore store) throws IOException {
        Evidence evidence = new Evidence(store);
        for (Seen one : store.read()) {
            evidence.seen.put(keyOf(one.position()), one);
        }
        return evidence;
    }

    /**
     * A coordinator with this position was refused, for an epoch lower than the highest seen: it is shown that epoch next
     * time, so that it can begin a higher one.
     */
    synchronized void refused(LogPosition told) {
        refused.add(keyOf(told));
    }

    /** Takes in a position that a coordinator told. */
    synchronized void observe(LogPosition told, boolean inHold) {
        Key key = keyOf(told);
        refused.remove(key);
        Seen before = seen.get(key);
        Seen after = before == null ? new Seen(told, told.getEpoch()) : merge(before, told, inHold);
        if (!after.equals(before)) {
            seen.remove(key);
            seen.put(key, after);
            if (seen.size() > Limits.POSITIONS_MAX) {
                seen.remove(seen.keySet().iterator().next());
            }
            version++;
        }
    }

    private static Seen merge(Seen before, LogPosition told, boolean inHold) {
        LogPosition kept = before.position();
        long highestEpoch = Math.max(before.highestEpoch(), told.getEpoch());
        boolean sameEpoch = told.getEpoch() == kept.getEpoch() && told.getEpochNonce() == kept.getEpochNonce();
        if (sameEpoch) {
            return new Seen(told.getLogNumber() > kept.getLogNumber() ? told : kept, highestEpoch);
        }
        boolean replaces = !inHold && told.getEpoch() >= kept.getEpoch();
        return new Seen(replaces ? told : kept, highestEpoch);
    }

    /** Whether a message of this epoch may be obeyed: no higher epoch of that coordinator was seen. */
    synchronized boolean admits(String coordinator, int partition, long epoch) {
        Seen known = seen.get(new Key(coordinator, partition));
        return known == null || epoch >= known.highestEpoch();
    }

    /** The position of one partition of a coordinator, if any was ever told. */
    synchronized @Nullable LogPosition position(String coordinator, int partition) {
        Seen known = seen.get(new Key(coordinator, partition));
        return known == null ? null : known.position();
    }

    /** All positions. */
    synchronized List<LogPosition> positions() {
        return seen.values().stream().map(Seen::position).toList();
    }

    /**
     * What Hello shows: all positions, and where a coordinator was refused, the epoch for which it was, of which nothing
     * more is known than that it ran. No more than fit.
     */
    synchronized List<LogPosition> shown() {
        List<LogPosition> shown = new ArrayList<>(positions());
        for (Key key : refused) {
            Seen one = seen.get(key);
            if (one != null && one.highestEpoch() > one.position().getEpoch() && shown.size() < Limits.POSITIONS_MAX) {
                shown.add(one.position().toBuilder()
                        .setEpoch(one.highestEpoch())
                        .setEpochNonce(0)
                        .setLogNumber(0)
                        .build());
            }
        }
        return shown;
    }

    /**
     * Returns when everything observed before the call is on disk. Calls that come while another one writes share the
     * next write.
     *
     * @throws IOException if it cannot be written; then nothing that depends on it may be done
     */
    void secure() throws IOException {
        if (store == null) {
            return;
        }
        long wanted;
        synchronized (this) {
            wanted = version;
        }
        synchronized (writing) {
            long writtenVersion;
            List<Seen> snapshot;
            synchronized (this) {
                if (securedVersion >= wanted) {
                    return;
                }
                writtenVersion = version;
                snapshot = new ArrayList<>(seen.values());
            }
            store.write(snapshot);
            synchronized (this) {
                securedVersion = writtenVersion;
            }
        }
    }

    /** Gives the store back. */
    void close() throws IOException {
        if (store != null) {
            store.close();
        }
    }

    private static Key keyOf(LogPosition position) {
        return new Key(position.getCoordinator(), position.getPartition());
    }
}
