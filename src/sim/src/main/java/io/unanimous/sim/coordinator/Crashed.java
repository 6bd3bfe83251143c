package io.unanimous.sim.coordinator;

/** Ends whatever the process was doing when it was killed. Thrown by what is simulated, and caught by nothing else. */
final class Crashed extends Error {
    private static final long serialVersionUID = 1L;

    private final boolean powerCut;

    Crashed(String where, boolean powerCut) {
        super(where, null, false, false);
        this.powerCut = powerCut;
    }

    /** Whether the machine went down with the process. */
    boolean cutsPower() {
        return powerCut;
    }
}
