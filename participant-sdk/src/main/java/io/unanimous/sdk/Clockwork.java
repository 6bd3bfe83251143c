package io.unanimous.sdk;

import java.time.Duration;

/** The passing of time, as the SDK sees it: monotonic, and steered by hand in tests. */
public interface Clockwork {

    /** Nanoseconds since some fixed moment; compare by difference only. */
    long nanoTime();

    /** Calls {@code task} every {@code period} until the returned handle is closed. The task must not block. */
    Ticking every(Duration period, Runnable task);

    /** A repeated call, to be stopped. */
    interface Ticking {
        /** Calls no more. */
        void stop();
    }
}
