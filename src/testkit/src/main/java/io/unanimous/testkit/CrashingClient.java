package io.unanimous.testkit;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.CrashPoint;
import io.unanimous.sdk.CrashPoints;
import io.unanimous.sdk.UnanimousClient;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A client that dies at named points, as if its process were killed there: what reached the point goes no further, and
 * nothing it has to say reaches the coordinator any more. To live again, connect a new one.
 *
 * <p>Its participants must keep what a killed process would have kept, and nothing else: give each life a new participant
 * over the same files or database. Calls that were running elsewhere at that moment run on, as after a kill a statement
 * does that the database had already received.
 *
 * <p>Safe for use by many threads.
 */
public final class CrashingClient implements AutoCloseable {

    private final Set<CrashPoint> armed = Collections.synchronizedSet(EnumSet.noneOf(CrashPoint.class));
    private final ManagedChannel channel;
    private final UnanimousClient client;
    private @Nullable CrashPoint crashedAt;
    private boolean dead;
    private boolean closed;

    private CrashingClient(String target, UnaryOperator<ClientOptions.Builder> options) {
        channel = Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
                .directExecutor()
                .build();
        CrashPoints points = (point, transactionId) -> reached(point);
        client = UnanimousClient.connect(options.apply(ClientOptions.builder(target))
                .channel(() -> channel)
                .crashPoints(points)
                .build());
    }

    /** A client of the coordinator at {@code target}, with the default options. */
    public static CrashingClient connect(String target) {
        return connect(target, options -> options);
    }

    /** A client with options; its channel and its crash points are this class's. */
    public static CrashingClient connect(String target, UnaryOperator<ClientOptions.Builder> options) {
        return new CrashingClient(target, options);
    }

    /** The client: begin transactions and register participants with it. */
    public UnanimousClient client() {
        return client;
    }

    /** Dies where this point is reached next. */
    public void crashAt(CrashPoint point) {
        armed.add(point);
    }

    /** Dies now. */
    public void crash() {
        synchronized (this) {
            dead = true;
        }
        channel.shutdownNow();
    }

    /**
     * Waits until an armed point was reached, and returns it.
     *
     * @throws IllegalStateException if it takes longer
     */
    public synchronized CrashPoint awaitCrash(Duration within) {
        long until = System.nanoTime() + within.toNanos();
        try {
            while (crashedAt == null) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (leftMs <= 0) {
                    throw new IllegalStateException("none of " + List.copyOf(armed) + " was reached within " + within);
                }
                wait(leftMs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the client to die", e);
        }
        return crashedAt;
    }

    private void reached(CrashPoint point) {
        if (armed.remove(point)) {
            crash();
            synchronized (this) {
                crashedAt = point;
                notifyAll();
            }
        }
        synchronized (this) {
            if (!dead) {
                return;
            }
        }
        holdUntilClosed();
        throw new Died(point);
    }

    private static final class Died extends Error {
        private static final long serialVersionUID = 1L;

        Died(CrashPoint point) {
            super("the test crashed the client at " + point, null, false, false);
        }
    }

    /** What comes behind the point must not happen in this life. */
    private synchronized void holdUntilClosed() {
        boolean interrupted = false;
        while (!closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                // The SDK gives up its workers; a dead process would not hear of it.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives back what the client holds. A client that is not dead closes as it always does. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        client.close();
    }
}
