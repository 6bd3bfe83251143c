package io.unanimous.coordinator.transport;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.unanimous.v1.WatchTransactionsResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One watcher: what it is too slow to read waits, bounded in number, and above that is dropped and counted. */
final class WatchStream {

    private final ServerCallStreamObserver<WatchTransactionsResponse> stream;
    private final String resource;
    private final int eventsMax;
    private final Deque<WatchTransactionsResponse> unsent = new ArrayDeque<>();
    private long dropped;
    private boolean closed;

    /**
     * A watcher.
     *
     * @param resource only of this resource; empty for all
     */
    WatchStream(ServerCallStreamObserver<WatchTransactionsResponse> stream, String resource, int eventsMax) {
        this.stream = stream;
        this.resource = resource;
        this.eventsMax = eventsMax;
    }

    /** Whether a change of a transaction with branches of these resources is to be told. */
    boolean wants(List<String> resources) {
        return resource.isEmpty() || resources.contains(resource);
    }

    /** Tells a change, now or later. From any thread. */
    synchronized void write(WatchTransactionsResponse change) {
        if (closed) {
            return;
        }
        if (unsent.size() >= eventsMax) {
            dropped++;
            return;
        }
        // What was dropped came before this one and after all that still waits.
        unsent.addLast(
                dropped == 0 ? change : change.toBuilder().setDropped(dropped).build());
        dropped = 0;
        pump();
    }

    /** Sends what waits as far as the peer takes it. */
    synchronized void pump() {
        while (!closed && !unsent.isEmpty() && stream.isReady()) {
            stream.onNext(unsent.removeFirst());
        }
    }

    /** Ends the stream; null for well. */
    synchronized void close(@Nullable StatusRuntimeException status) {
        if (closed) {
            return;
        }
        closed = true;
        unsent.clear();
        if (status == null) {
            stream.onCompleted();
        } else {
            stream.onError(status);
        }
    }
}
