package io.unanimous.sdk;

/** Takes what a scan finds. Used by one thread, and only until the scan returns. */
@FunctionalInterface
public interface ScanSink {

    /**
     * Tells one prepared branch of the scanned resource. Order does not matter, and a branch told twice counts once.
     *
     * @throws IllegalArgumentException if the branch belongs to another resource
     */
    void found(BranchId branch);
}
