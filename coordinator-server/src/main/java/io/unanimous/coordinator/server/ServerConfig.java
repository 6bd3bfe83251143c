package io.unanimous.coordinator.server;

import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.log.StoreOptions;
import io.unanimous.coordinator.runtime.LoopLimits;
import io.unanimous.coordinator.transport.EdgeLimits;
import java.nio.file.Path;

/**
 * What a daemon runs with.
 *
 * @param store where its store is
 * @param host the address to listen on
 * @param port the port to listen on; 0 for any free one
 * @param limits the protocol's bounds
 * @param loopLimits the loop's bounds
 * @param edgeLimits the gRPC edge's bounds
 */
public record ServerConfig(
        StoreOptions store, String host, int port, Limits limits, LoopLimits loopLimits, EdgeLimits edgeLimits) {

    /** The port that clients try unless told otherwise. */
    public static final int PORT_DEFAULT = 7400;

    /** A daemon on a free port of this machine alone, with all defaults. */
    public static ServerConfig local(Path dataDir) {
        return new ServerConfig(
                StoreOptions.of(dataDir),
                "127.0.0.1",
                0,
                Limits.defaults(),
                LoopLimits.defaults(),
                EdgeLimits.defaults());
    }

    /** The same with other bounds of the protocol. */
    public ServerConfig withLimits(Limits value) {
        return new ServerConfig(store, host, port, value, loopLimits, edgeLimits);
    }

    /** The same on another port. */
    public ServerConfig withPort(int value) {
        return new ServerConfig(store, host, value, limits, loopLimits, edgeLimits);
    }

    /** The same with other bounds of the gRPC edge. */
    public ServerConfig withEdgeLimits(EdgeLimits value) {
        return new ServerConfig(store, host, port, limits, loopLimits, value);
    }

    /** The same with other bounds of the loop. */
    public ServerConfig withLoopLimits(LoopLimits value) {
        return new ServerConfig(store, host, port, limits, value, edgeLimits);
    }
}
