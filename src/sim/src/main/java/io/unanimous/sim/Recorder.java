package io.unanimous.sim;

import io.unanimous.sim.check.Observation;

/** Takes what was seen from outside, in the order in which it was seen. */
public interface Recorder {

    /** Something was seen. */
    void saw(Observation observation);

    /** The time for what is seen now. */
    long nowMs();
}
