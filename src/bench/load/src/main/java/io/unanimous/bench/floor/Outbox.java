package io.unanimous.bench.floor;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Messages for one stream, gathered into frames of at most as many as the protocol allows. Safe for many threads.
 *
 * @param <M> a message
 * @param <F> a frame of messages
 */
final class Outbox<M, F> {

    private static final int FRAME_MESSAGES_MAX = 1_024;

    private final StreamObserver<F> stream;
    private final Function<List<M>, F> framing;
    private List<M> gathered = new ArrayList<>();

    Outbox(StreamObserver<F> stream, Function<List<M>, F> framing) {
        this.stream = stream;
        this.framing = framing;
    }

    /** Gathers a message. */
    synchronized void add(M message) {
        gathered.add(message);
        if (gathered.size() == FRAME_MESSAGES_MAX) {
            flush();
        }
    }

    /** Sends what is gathered. */
    synchronized void flush() {
        if (!gathered.isEmpty()) {
            List<M> frame = gathered;
            gathered = new ArrayList<>();
            stream.onNext(framing.apply(frame));
        }
    }

    /** Ends the stream. */
    synchronized void complete() {
        flush();
        stream.onCompleted();
    }
}
