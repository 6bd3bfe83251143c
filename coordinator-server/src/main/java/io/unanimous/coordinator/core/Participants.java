package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who is connected for which resource, and who left when. Known to one life of the coordinator only. */
final class Participants {

    /** Departures that are remembered; whoever left longer ago than the oldest of them is gone. */
    static final int DEPARTURES_MAX = 10_000;

    /**
     * A participant's stream.
     *
     * @param id larger than that of every earlier one
     * @param welcomeAwaits the record that its Welcome awaits, and so everything that follows on it
     */
    record Connection(
            long id,
            String participant,
            String incarnation,
            List<ResourceRegistration> resources,
            long welcomeAwaits,
            long wallMs) {

        boolean votesFor(String resource) {
            for (ResourceRegistration registration : resources) {
                if (registration.name().equals(resource)) {
                    return true;
                }
            }
            return false;
        }
    }

    private record Instance(String resource, String incarnation) {}

    private final Map<Long, Connection> connections = new LinkedHashMap<>();
    private final Map<String, Map<String, Connection>> byResource = new HashMap<>();
    private final Map<Instance, Long> leftAtMs = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Instance, Long> eldest) {
            boolean full = size() > DEPARTURES_MAX;
            if (full) {
                forgottenMs = Math.max(forgottenMs, eldest.getValue());
            }
            return full;
        }
    };
    /** Whoever is neither connected nor remembered left by then, at the latest. */
    private long forgottenMs;

    void started(long nowMs) {
        forgottenMs = nowMs;
    }

    /** Whether a later stream of the same incarnation has one of these resources already. */
    boolean hasNewer(long id, String incarnation, List<ResourceRegistration> resources) {
        for (ResourceRegistration resource : resources) {
            Connection present = enlister(resource.name(), incarnation);
            if (present != null && present.id() > id) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes in a connection, and gives back those of the same incarnation and resource that it supersedes. What they had
     * besides is away from now on, until its own stream is back.
     */
    List<Connection> join(Connection connection, long nowMs) {
        List<Connection> superseded = new ArrayList<>();
        for (ResourceRegistration resource : connection.resources()) {
            Connection older = enlister(resource.name(), connection.incarnation());
            if (older != null && !superseded.contains(older)) {
                superseded.add(older);
            }
        }
        for (Connection older : superseded) {
            leave(older.id(), nowMs);
        }
        connections.put(connection.id(), connection);
        for (ResourceRegistration resource : connection.resources()) {
            byResource
                    .computeIfAbsent(resource.name(), key -> new LinkedHashMap<>())
                    .put(connection.incarnation(), connection);
            leftAtMs.remove(new Instance(resource.name(), connection.incarnation()));
        }
        return superseded;
    }

    /** Takes out a connection; null when it was superseded or never said Hello. */
    @Nullable
    Connection leave(long id, long nowMs) {
        Connection connection = connections.get(id);
        if (connection != null) {
            remove(connection);
            for (ResourceRegistration resource : connection.resources()) {
                leftAtMs.put(new Instance(resource.name(), connection.incarnation()), nowMs);
            }
        }
        return connection;
    }

    private void remove(Connection connection) {
        connections.remove(connection.id());
        for (ResourceRegistration resource : connection.resources()) {
            Map<String, Connection> instances = byResource.get(resource.name());
            if (instances != null && instances.remove(connection.incarnation(), connection) && instances.isEmpty()) {
                byResource.remove(resource.name());
            }
        }
    }

    @Nullable
    Connection connection(long id) {
        return connections.get(id);
    }

    /** The connection of the incarnation that enlisted; null while it is away. */
    @Nullable
    Connection enlister(String resource, String incarnation) {
        Map<String, Connection> instances = byResource.get(resource);
        return instances == null ? null : instances.get(incarnation);
    }

    /** Some connection for the resource, another one for each turn; null when there is none. */
    @Nullable
    Connection any(String resource, int turn) {
        Map<String, Connection> instances = byResource.get(resource);
        if (instances == null || instances.isEmpty()) {
            return null;
        }
        int skip = Math.floorMod(turn, instances.size());
        for (Connection connection : instances.values()) {
            if (skip-- == 0) {
                return connection;
            }
        }
        return null;
    }

    /** When the incarnation counts as gone unless it comes back; never while it is connected. */
    long goneAtMs(BranchName branch, String incarnation, long goneAfterMs) {
        if (enlister(branch.resource(), incarnation) != null) {
            return Branch.NEVER;
        }
        Long left = leftAtMs.get(new Instance(branch.resource(), incarnation));
        return (left == null ? forgottenMs : left) + goneAfterMs;
    }

    /** Writes who is here, resource by resource, and who will not be gone before when. */
    void portray(Portrait portrait, long goneAfterMs) {
        portrait.line("participants").moment(forgottenMs + goneAfterMs);
        new TreeMap<>(byResource)
                .forEach((resource, instances) ->
                        portrait.line("connected").fact(resource).fact(instances.values()));
        Map<String, Long> away = new TreeMap<>();
        leftAtMs.forEach((instance, atMs) -> away.put(instance.toString(), atMs + goneAfterMs));
        away.forEach(
                (instance, goneAtMs) -> portrait.line("away").fact(instance).moment(goneAtMs));
    }

    int instances(String resource) {
        Map<String, Connection> instances = byResource.get(resource);
        return instances == null ? 0 : instances.size();
    }

    Collection<Connection> all() {
        return connections.values();
    }
}
