package io.unanimous.sim.net;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Frames that have arrived at one end of a call and wait until that end asks for them. */
final class Inbox<M> {

    private final Consumer<@Nullable M> taker;
    private final Deque<M> waiting = new ArrayDeque<>();
    private @Nullable Runnable end;
    private int granted;
    private boolean closed;
    private boolean draining;

    /** @param taker is given each frame; null when the sender will send no more */
    Inbox(Consumer<@Nullable M> taker) {
        this.taker = taker;
    }

    void put(M message) {
        if (!closed && end == null) {
            waiting.add(message);
            drain();
        }
    }

    /** The sender has finished. */
    void end() {
        endWith(() -> taker.accept(null));
    }

    /** The sender has finished: once everything is taken, this happens. */
    void endWith(Runnable then) {
        if (!closed && end == null) {
            end = then;
            drain();
        }
    }

    void grant(int count) {
        granted += count;
        drain();
    }

    /** Hands out what was asked for; what the taker asks for meanwhile follows and never overtakes. */
    void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            while (!closed && granted > 0 && !waiting.isEmpty()) {
                granted--;
                taker.accept(waiting.poll());
            }
            Runnable last = end;
            if (!closed && waiting.isEmpty() && last != null) {
                closed = true;
                last.run();
            }
        } finally {
            draining = false;
        }
    }

    void close() {
        closed = true;
        waiting.clear();
    }
}
