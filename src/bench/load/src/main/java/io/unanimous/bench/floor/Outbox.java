package io.unanimous.bench.floor;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Messages for one stream, gathered into frames of at most as many as the protocol allows. Safe for many threads.
 *
 * <p>Its frames are as full as it happens, or hold a given number of messages on average.
 *
 * @param <M> a message
 * @param <F> a frame of messages
 */
final class Outbox<M, F> {

    private static final int FRAME_MESSAGES_MAX = 1_024;

    private final StreamObserver<F> stream;
    private final Function<List<M>, F> framing;
    private final Traffic traffic;
    private List<M> gathered = new ArrayList<>();
    private double remainder;

    Outbox(StreamObserver<F> stream, Function<List<M>, F> framing, Traffic traffic) {
        this.stream = stream;
        this.framing = framing;
        this.traffic = traffic;
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
            send(frame);
        }
    }

    /** Sends frames of so many messages on average, while there is enough for one. */
    synchronized void flushFull(double messagesPerFrame) {
        for (int size = nextSize(messagesPerFrame); gathered.size() >= size; size = nextSize(messagesPerFrame)) {
            List<M> rest = new ArrayList<>(gathered.subList(size, gathered.size()));
            List<M> frame = gathered.subList(0, size);
            gathered = rest;
            remainder += messagesPerFrame - size;
            send(frame);
        }
    }

    /** The whole number below or above the average, so that the fractions that were left out add up. */
    private int nextSize(double messagesPerFrame) {
        return Math.max(1, (int) (messagesPerFrame + remainder));
    }

    private void send(List<M> frame) {
        traffic.add(frame.size());
        stream.onNext(framing.apply(frame));
    }

    /** Ends the stream. */
    synchronized void complete() {
        flush();
        stream.onCompleted();
    }
}
