package io.unanimous.bench.wire;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Messages for one stream, gathered into frames of at most as many as the protocol allows. Safe for many threads.
 *
 * <p>Its frames are as full as it happens, or hold about a given number of messages.
 *
 * @param <M> a message
 * @param <F> a frame of messages
 */
public final class Outbox<M, F> {

    private static final int FRAME_MESSAGES_MAX = 1_024;

    private final StreamObserver<F> stream;
    private final Function<List<M>, F> framing;
    private final Traffic traffic;
    private List<M> gathered = new ArrayList<>();

    /** For one stream, whose frames are made by {@code framing} and counted in {@code traffic}. */
    public Outbox(StreamObserver<F> stream, Function<List<M>, F> framing, Traffic traffic) {
        this.stream = stream;
        this.framing = framing;
        this.traffic = traffic;
    }

    /** Gathers a message. */
    public synchronized void add(M message) {
        gathered.add(message);
        if (gathered.size() == FRAME_MESSAGES_MAX) {
            flush();
        }
    }

    /** Sends what is gathered. */
    public synchronized void flush() {
        if (!gathered.isEmpty()) {
            List<M> frame = gathered;
            gathered = new ArrayList<>();
            send(frame);
        }
    }

    /** If there are enough for one, sends all in equal frames of about so many messages. */
    public synchronized void flushInFramesOf(double messagesPerFrame) {
        if (gathered.size() < messagesPerFrame) {
            return;
        }
        List<M> all = gathered;
        gathered = new ArrayList<>();
        int frames = (int) Math.max(1, Math.round(all.size() / messagesPerFrame));
        for (int frame = 0; frame < frames; frame++) {
            send(all.subList(frame * all.size() / frames, (frame + 1) * all.size() / frames));
        }
    }

    private void send(List<M> frame) {
        traffic.add(frame.size());
        stream.onNext(framing.apply(frame));
    }

    /** Ends the stream. */
    public synchronized void complete() {
        flush();
        stream.onCompleted();
    }
}
