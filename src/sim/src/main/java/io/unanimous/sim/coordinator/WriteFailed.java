package io.unanimous.sim.coordinator;

/** What the simulated disk says when a write fails. */
final class WriteFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WriteFailed(WriteFault fault) {
        super("the disk says that the write failed: " + fault, null, false, false);
    }
}
