package io.unanimous.coordinator.server;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.log.DecisionLog;
import io.unanimous.coordinator.log.StoreException;
import io.unanimous.coordinator.runtime.CoordinatorRuntime;
import io.unanimous.coordinator.runtime.Counters;
import io.unanimous.coordinator.runtime.Recovery;
import io.unanimous.coordinator.runtime.SyncedPosition;
import io.unanimous.coordinator.transport.DaemonFacts;
import io.unanimous.coordinator.transport.GrpcEdge;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;

/**
 * The daemon, wired together.
 *
 * <p>It listens before it touches the store, so that a port in use changes nothing there; it answers NOT_READY until the
 * log is read back and the new epoch is on disk.
 */
public final class CoordinatorServer implements AutoCloseable {

    /** The longest time for calls that are being answered while the daemon stops. */
    private static final long STOP_WAIT_MS = 2_000;

    /** When participants of a daemon that stops should try again. */
    private static final long RECONNECT_AFTER_MS = 1_000;

    /** A peer that the network has lost is found out within the sum of the two. */
    private static final long KEEPALIVE_SECONDS = 30;

    private static final long KEEPALIVE_TIMEOUT_SECONDS = 10;
    private static final long PEER_KEEPALIVE_SECONDS_MIN = 5;
    private static final int CALLS_PER_CONNECTION_MAX = 10_000;

    private final ServerConfig config;
    private final Seams seams;
    private final Counters counters = new Counters();
    private final GrpcEdge edge;
    private final NetworkThreads threads = new NetworkThreads();
    private final Server server;
    private final Timer timer;
    private final Running running;
    private boolean closed;

    /** What there is only once the store is open. */
    private record Running(DecisionLog log, CoordinatorRuntime runtime, SyncedPosition position, int unfinished) {}

    private CoordinatorServer(ServerConfig config, Seams seams) throws StartFailedException {
        this.config = config;
        this.seams = seams;
        Path dataDir = config.store().directory().toAbsolutePath().normalize();
        edge = new GrpcEdge(
                config.limits(),
                config.edgeLimits(),
                new DaemonFacts(
                        version(), dataDir.toString(), seams.clock().read().wallMs(), counters));
        server = listen();
        try {
            running = open();
        } catch (StoreException e) {
            abandonStart();
            throw StartFailedException.store(e);
        } catch (Throwable e) {
            abandonStart();
            throw e;
        }
        timer = new Timer("edge-timer", true);
    }

    /**
     * Starts a daemon, and returns when it is ready.
     *
     * @throws StartFailedException when it cannot start; nothing was changed
     */
    public static CoordinatorServer start(ServerConfig config, Seams seams) throws StartFailedException {
        CoordinatorServer coordinator = new CoordinatorServer(config, seams);
        coordinator.serve();
        return coordinator;
    }

    private void abandonStart() {
        server.shutdownNow();
        threads.close();
    }

    private Server listen() throws StartFailedException {
        // What gRPC's thread reads is stepped on the same one: handing it to others would cost a switch a message.
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(config.host(), config.port()))
                .directExecutor()
                .maxInboundMessageSize(2 * config.edgeLimits().frameBytesMax())
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(PEER_KEEPALIVE_SECONDS_MIN, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        threads.carry(builder);
        edge.services().forEach(builder::addService);
        Server built = builder.build();
        try {
            return built.start();
        } catch (IOException | RuntimeException e) {
            built.shutdownNow();
            threads.close();
            throw StartFailedException.cannotListen(
                    "cannot listen on " + config.host() + ":" + config.port() + ": " + innermost(e), e);
        }
    }

    private static String innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private Running open() {
        DecisionLog log = seams.logs().apply(config.store());
        try {
            return recover(log);
        } catch (Throwable e) {
            log.close();
            throw e;
        }
    }

    private Running recover(DecisionLog log) {
        Recovery recovery =
                Recovery.of(log, config.limits(), seams.nonces().getAsInt(), seams.clock(), seams.crashPoints());
        CoordinatorRuntime runtime = new CoordinatorRuntime(
                recovery.coordinator(),
                log,
                recovery.position(),
                edge.sink(),
                seams.clock(),
                seams.crashPoints(),
                seams.faultHandler(),
                counters,
                config.loopLimits());
        runtime.resume(recovery.started());
        return new Running(
                log, runtime, recovery.position(), recovery.coordinator().openTransactions());
    }

    private void serve() {
        edge.open(running.runtime(), running.position(), running.log()::lowSpace);
        running.runtime().start(threads.loop());
        long everyMs = config.edgeLimits().heartbeatMs();
        // Never several at once after a pause of the process: each would count as silence of every participant.
        timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        beat();
                    }
                },
                everyMs,
                everyMs);
    }

    private void beat() {
        try {
            edge.beat();
        } catch (RuntimeException e) {
            seams.faultHandler().fault("a heartbeat", e);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.getPort();
    }

    /** Its store, its epoch, and what of its log is on disk. */
    public LogPosition position() {
        return running.position().get();
    }

    /** Decisions that it read back and that some branch has not acknowledged. */
    public int unfinishedAtStart() {
        return running.unfinished();
    }

    /** Whether it presumes nothing and takes no new work. */
    public boolean inHold() {
        return running.runtime().inHold();
    }

    /** What it counts, by name. */
    public Counters counters() {
        return counters;
    }

    /** The daemon's version. */
    public static String version() {
        String version = CoordinatorServer.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Returns when the daemon has stopped. */
    public void awaitTermination() throws InterruptedException {
        server.awaitTermination();
    }

    /**
     * Stops: lets nothing in, works off what is in, tells participants when to come back, and closes the log. Closing
     * twice is closing once.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        timer.cancel();
        edge.drain(RECONNECT_AFTER_MS);
        running.runtime().close();
        edge.close();
        stopServing(STOP_WAIT_MS);
        threads.close();
        running.log().close();
    }

    /**
     * Stops as if the process had died: from now on nothing is written and nothing is said. What a test calls in the place
     * of a crash. Closing it afterwards does nothing.
     */
    public synchronized void kill() {
        if (closed) {
            return;
        }
        closed = true;
        running.runtime().kill();
        timer.cancel();
        server.shutdownNow();
        stopServing(STOP_WAIT_MS);
        threads.close();
        running.log().close();
    }

    private void stopServing(long waitMs) {
        server.shutdown();
        try {
            if (!server.awaitTermination(waitMs, TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
