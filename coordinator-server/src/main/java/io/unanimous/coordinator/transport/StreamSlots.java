package io.unanimous.coordinator.transport;

import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.RefusalReason;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts the streams that are open, and admits no more than may be. From any thread. */
final class StreamSlots {

    private final EdgeLimits limits;
    private final AtomicInteger taken = new AtomicInteger();

    StreamSlots(EdgeLimits limits) {
        this.limits = limits;
    }

    /** Takes a place for one stream; or says why there is none. */
    @Nullable
    Refusal take() {
        if (taken.incrementAndGet() <= limits.streamsMax()) {
            return null;
        }
        taken.decrementAndGet();
        return Refusal.retry(
                RefusalReason.TOO_MANY_STREAMS,
                "the coordinator has " + limits.streamsMax() + " streams open and takes no more",
                limits.overloadRetryMs());
    }

    /** Gives a place back. */
    void giveBack() {
        taken.decrementAndGet();
    }

    /** How many streams are open. */
    int taken() {
        return taken.get();
    }
}
