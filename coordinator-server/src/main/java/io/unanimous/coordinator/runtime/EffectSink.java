package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.Effect;
import java.util.List;

/** Carries effects out into the world. */
public interface EffectSink {

    /**
     * Does what these effects say, in their order for each stream and each caller; they may be told now.
     *
     * <p>Called by the loop's thread and by the log's, at times by both at once. Must not block and must not throw:
     * whatever a peer does to its stream is that stream's affair, and an exception stops the daemon.
     */
    void release(List<Effect> effects);
}
