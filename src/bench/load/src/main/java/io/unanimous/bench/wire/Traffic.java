package io.unanimous.bench.wire;

import java.util.concurrent.atomic.LongAdder;

/** How many frames went one way on streams of a kind, and how many messages in them. */
public final class Traffic {

    private final LongAdder frames = new LongAdder();
    private final LongAdder messages = new LongAdder();

    /** One frame of so many messages. */
    public void add(int count) {
        frames.increment();
        messages.add(count);
    }

    /** Frames so far. */
    public long frames() {
        return frames.sum();
    }

    /** Begins anew; while nothing goes. */
    public void reset() {
        frames.reset();
        messages.reset();
    }

    /** The average of both ways; at least one, as no frame is empty. */
    public static double messagesPerFrame(Traffic there, Traffic back) {
        long frames = there.frames.sum() + back.frames.sum();
        return frames == 0 ? 1 : (double) (there.messages.sum() + back.messages.sum()) / frames;
    }
}
