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

    /** What was seen of one log. The position stands but for its log number, which nearly every message raises. */
    private static final class Known {
        private final LogPosition position;
        private final long highestEpoch;
        private long logNumber;

        Known(LogPosition position, long highestEpoch) {
            this.position = position;
            this.highestEpoch = Math.max(highestEpoch, position.getEpoch());
            this.logNumber = position.getLogNumber();
        }

        Seen seen() {
            return new Seen(position(), highestEpoch);
        }

        LogPosition position() {
            return logNumber == position.getLogNumber()
                    ? position
                    : position.toBuilder().setLogNumber(logNumber).build();
        }

        boolean isOfEpoch(LogPosition told) {
            return told.getEpoch() == position.getEpoch() && told.getEpochNonce() == position.getEpochNonce();
        }
    }

    /** In the order in which they were used last; the first is the first to be forgotten. */
    private final Map<Key, Known> known = new LinkedHashMap<>(16, 0.75f, true);

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
            evidence.known.put(keyOf(one.position()), new Known(one.position(), one.highestEpoch()));
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
    void observe(LogPosition told, boolean inHold) {
        observe(told, told.getLogNumber(), inHold);
    }

    /** The same, of a log that has come further in the told epoch. */
    synchronized void observe(LogPosition told, long logNumber, boolean inHold) {
        Key key = keyOf(told);
        refused.remove(key);
        Known before = known.get(key);
        if (before != null && before.isOfEpoch(told)) {
            if (logNumber > before.logNumber) {
                before.logNumber = logNumber;
                version++;
            }
            return;
        }
        LogPosition position = told.toBuilder().setLogNumber(logNumber).build();
        Known after = before == null ? new Known(position, told.getEpoch()) : merge(before, position, inHold);
        if (!after.seen().equals(before == null ? null : before.seen())) {
            known.remove(key);
            known.put(key, after);
            if (known.size() > Limits.POSITIONS_MAX) {
                known.remove(known.keySet().iterator().next());
            }
            version++;
        }
    }

    /** Between two epochs. */
    private static Known merge(Known before, LogPosition told, boolean inHold) {
        long highestEpoch = Math.max(before.highestEpoch, told.getEpoch());
        boolean replaces = !inHold && told.getEpoch() >= before.position.getEpoch();
        return new Known(replaces ? told : before.position(), highestEpoch);
    }

    /** Whether a message of this epoch may be obeyed: no higher epoch of that coordinator was seen. */
    synchronized boolean admits(String coordinator, int partition, long epoch) {
        Known one = known.get(new Key(coordinator, partition));
        return one == null || epoch >= one.highestEpoch;
    }

    /** The position of one partition of a coordinator, if any was ever told. */
    synchronized @Nullable LogPosition position(String coordinator, int partition) {
        Known one = known.get(new Key(coordinator, partition));
        return one == null ? null : one.position();
    }

    /** All positions. */
    synchronized List<LogPosition> positions() {
        return known.values().stream().map(Known::position).toList();
    }

    /**
     * What Hello shows: all positions, and where a coordinator was refused, the epoch for which it was, of which nothing
     * more is known than that it ran. No more than fit.
     */
    synchronized List<LogPosition> shown() {
        List<LogPosition> shown = new ArrayList<>(positions());
        for (Key key : refused) {
            Known one = known.get(key);
            if (one != null && one.highestEpoch > one.position.getEpoch() && shown.size() < Limits.POSITIONS_MAX) {
                shown.add(one.position.toBuilder()
                        .setEpoch(one.highestEpoch)
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
                snapshot = known.values().stream().map(Known::seen).toList();
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
