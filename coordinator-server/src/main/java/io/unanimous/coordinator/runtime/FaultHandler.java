package io.unanimous.coordinator.runtime;

/**
 * What is done when the outcome of a write is not known, or an invariant is broken: in production the process stops at
 * once, and only what is read back at the next start is believed.
 */
public interface FaultHandler {

    /**
     * Called once, by the thread that failed; from then on nothing is released.
     *
     * @param doing what failed, for people
     * @param cause how
     */
    void fault(String doing, Throwable cause);
}
