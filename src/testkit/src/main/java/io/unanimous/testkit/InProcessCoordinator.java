package io.unanimous.testkit;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.unanimous.coordinator.log.StoreOptions;
import io.unanimous.coordinator.runtime.CrashPoint;
import io.unanimous.coordinator.server.CoordinatorServer;
import io.unanimous.coordinator.server.Seams;
import io.unanimous.coordinator.server.ServerConfig;
import io.unanimous.coordinator.server.StartFailedException;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.TransactionState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The production coordinator within a test's process: its real log on disk, its real gRPC server on a free loopback port.
 * Address and directory stay over restarts, so that clients and participants find it again.
 *
 * <p>Safe for use by many threads.
 */
public final class InProcessCoordinator implements AutoCloseable {

    private static final Set<TransactionState> UNFINISHED = Collections.unmodifiableSet(EnumSet.of(
            TransactionState.TRANSACTION_STATE_ACTIVE,
            TransactionState.TRANSACTION_STATE_PREPARING,
            TransactionState.TRANSACTION_STATE_COMMITTING,
            TransactionState.TRANSACTION_STATE_ROLLING_BACK,
            TransactionState.TRANSACTION_STATE_ONE_PHASE));

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long STATUS_DEADLINE_S = 10;
    private static final Duration CRASH_MAX = Duration.ofSeconds(30);

    /** None, since a test's directory often lies in memory. */
    private static final long DISK_RESERVE_BYTES = 0;

    private final CoordinatorOptions options;
    private final Path directory;
    private final Set<CrashPoint> armed = Collections.synchronizedSet(EnumSet.noneOf(CrashPoint.class));
    private int port;
    private @Nullable CoordinatorServer server;
    private @Nullable ManagedChannel channel;
    private @Nullable CrashPoint crashedAt;
    private @Nullable Throwable fault;
    private boolean crashing;

    private InProcessCoordinator(CoordinatorOptions options) {
        this.options = options;
        Path given = options.directory();
        try {
            directory = given != null
                    ? given
                    : Files.createTempDirectory("unanimous-testkit-").resolve("store");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory for the coordinator's store", e);
        }
    }

    /** Starts a coordinator with {@link CoordinatorOptions#defaults()}, and returns when it serves. */
    public static InProcessCoordinator start() {
        return start(CoordinatorOptions.defaults());
    }

    /**
     * Starts a coordinator, and returns when it serves.
     *
     * @throws IllegalStateException if it cannot start, and why
     */
    public static InProcessCoordinator start(CoordinatorOptions options) {
        InProcessCoordinator coordinator = new InProcessCoordinator(options);
        coordinator.restart();
        return coordinator;
    }

    /** Where it listens, "host:port": what clients connect to. The same over restarts. */
    public synchronized String target() {
        return "127.0.0.1:" + port;
    }

    /** Where its store is. */
    public Path directory() {
        return directory;
    }

    /** Whether it serves. */
    public synchronized boolean isRunning() {
        return server != null;
    }

    /** What it says of itself: transactions by state, branches in doubt, counters, HOLD. */
    public GetStatusResponse status() {
        return AdminServiceGrpc.newBlockingStub(channel())
                .withDeadlineAfter(STATUS_DEADLINE_S, TimeUnit.SECONDS)
                .getStatus(GetStatusRequest.getDefaultInstance());
    }

    private synchronized ManagedChannel channel() {
        if (server == null) {
            throw new IllegalStateException("the coordinator does not run");
        }
        if (channel == null) {
            channel = Grpc.newChannelBuilder(target(), InsecureChannelCredentials.create())
                    .build();
        }
        return channel;
    }

    /**
     * Waits until every transaction has ended and no branch is in doubt.
     *
     * @throws IllegalStateException if that takes longer, and what is left
     */
    public void awaitSettled(Duration within) {
        long until = System.nanoTime() + within.toNanos();
        while (true) {
            GetStatusResponse status = status();
            if (isSettled(status)) {
                return;
            }
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException("not settled after " + within + ": " + status.getCountsList() + ", "
                        + status.getInDoubtBranches() + " branches in doubt");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static boolean isSettled(GetStatusResponse status) {
        return status.getInDoubtBranches() == 0
                && status.getCountsList().stream()
                        .noneMatch(count -> count.getCount() > 0 && UNFINISHED.contains(count.getState()));
    }

    // ---- crashing -----------------------------------------------------------------------------------------------

    /**
     * Crashes the coordinator where this point is reached next; {@link #awaitCrash} tells when that was. The points of a
     * start, such as {@link CrashPoint#ON_REPLAY}, are armed before {@link #restart}, which then returns with the
     * coordinator crashed. A point that was reached is armed no more.
     */
    public void crashAt(CrashPoint point) {
        armed.add(point);
    }

    /**
     * Crashes it now: as after kill -9, nothing more is written, nothing is sent, and connections break off. Does nothing
     * if it does not run.
     */
    public void crash() {
        CoordinatorServer killed;
        synchronized (this) {
            awaitCrashing();
            killed = server;
            server = null;
            closeChannel();
            crashing = killed != null;
        }
        if (killed != null) {
            kill(killed, null);
        }
    }

    /**
     * Waits until an armed point was reached and the coordinator is down, and returns that point.
     *
     * @throws IllegalStateException if it takes longer
     */
    public synchronized CrashPoint awaitCrash(Duration within) {
        waitUntil(() -> crashedAt != null, within);
        CrashPoint point = crashedAt;
        if (point == null) {
            throw new IllegalStateException("none of " + List.copyOf(armed) + " was reached within " + within);
        }
        crashedAt = null;
        return point;
    }

    /** Called by the thread that reached a point: the loop's, the log's, or the one that starts. */
    private void reached(CrashPoint point) {
        if (armed.remove(point)) {
            throw new Reached(point);
        }
    }

    private static final class Reached extends Error {
        private static final long serialVersionUID = 1L;
        private final CrashPoint point;

        Reached(CrashPoint point) {
            super("the test crashes the coordinator at " + point, null, false, false);
            this.point = point;
        }
    }

    /** Told by the coordinator's thread that it stops for good, before it tells anybody anything more. */
    private void stopped(String doing, Throwable cause) {
        CoordinatorServer killed;
        synchronized (this) {
            if (pointOf(cause) == null) {
                fault = new IllegalStateException("the coordinator stopped by itself: " + doing + " failed", cause);
            }
            killed = server;
            server = null;
            closeChannel();
            crashing = killed != null;
        }
        if (killed != null) {
            CrashPoint point = pointOf(cause);
            Thread killer = new Thread(() -> kill(killed, point), "testkit-crash");
            killer.setDaemon(true);
            killer.start();
        }
    }

    private void kill(CoordinatorServer killed, @Nullable CrashPoint point) {
        try {
            killed.kill();
        } finally {
            synchronized (this) {
                crashing = false;
                crashedAt = point;
                notifyAll();
            }
        }
    }

    private synchronized void awaitCrashing() {
        waitUntil(() -> !crashing, CRASH_MAX);
        if (crashing) {
            throw new IllegalStateException("the coordinator is still crashing after " + CRASH_MAX);
        }
    }

    /** Returns when the condition holds or the time is over. Under this object's lock. */
    private synchronized void waitUntil(BooleanSupplier condition, Duration within) {
        long until = System.nanoTime() + within.toNanos();
        try {
            while (!condition.getAsBoolean()) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (leftMs <= 0) {
                    return;
                }
                wait(leftMs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the coordinator", e);
        }
    }

    // ---- starting and stopping ----------------------------------------------------------------------------------

    /**
     * Starts it again on its directory and address, and returns when it serves, or when it crashed at a point that was
     * armed for its start. Does nothing if it runs.
     *
     * @throws IllegalStateException if it cannot start, or if it had stopped by itself: then an invariant was broken or a
     *     write had failed
     */
    public synchronized void restart() {
        awaitCrashing();
        requireSound();
        if (server != null) {
            return;
        }
        try {
            CoordinatorServer started = CoordinatorServer.start(config(), seams());
            server = started;
            port = started.port();
        } catch (StartFailedException | Reached e) {
            crashedAt = pointOf(e);
            if (crashedAt == null) {
                throw new IllegalStateException("the coordinator cannot start: " + e.getMessage(), e);
            }
            notifyAll();
        }
    }

    /** The point that was reached; the log may have wrapped what was thrown there. Null when it was something else. */
    private static @Nullable CrashPoint pointOf(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof Reached reached) {
                return reached.point;
            }
        }
        return null;
    }

    private ServerConfig config() {
        ServerConfig config = ServerConfig.local(directory);
        return new ServerConfig(
                new StoreOptions(directory, 0, DISK_RESERVE_BYTES, 0),
                config.host(),
                port,
                options.limits(),
                config.loopLimits(),
                config.edgeLimits());
    }

    private Seams seams() {
        return Seams.production()
                .withClock(options.clock())
                .withCrashPoints(this::reached)
                .withFaultHandler(this::stopped);
    }

    /** Stops it as SIGTERM does. Does nothing if it does not run. */
    public void stop() {
        CoordinatorServer stopping;
        synchronized (this) {
            awaitCrashing();
            stopping = server;
            server = null;
            closeChannel();
        }
        if (stopping != null) {
            stopping.close();
        }
    }

    /**
     * Stops it, and deletes its directory unless that is the test's own.
     *
     * @throws IllegalStateException if it had stopped by itself, so that a test cannot overlook it
     */
    @Override
    public void close() {
        stop();
        if (options.directory() == null) {
            delete(parentOf(directory));
        }
        requireSound();
    }

    private synchronized void requireSound() {
        if (fault != null) {
            throw new IllegalStateException(fault);
        }
    }

    private void closeChannel() {
        if (channel != null) {
            channel.shutdownNow();
            channel = null;
        }
    }

    private static Path parentOf(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalStateException(path + " has no parent");
        }
        return parent;
    }

    private static void delete(Path tree) {
        List<Path> paths = new ArrayList<>();
        try (Stream<Path> found = Files.walk(tree)) {
            found.sorted(Comparator.reverseOrder()).forEach(paths::add);
            for (Path path : paths) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the coordinator's temporary directory cannot be deleted", e);
        }
    }
}
