package io.unanimous.sim.explore;

import io.unanimous.coordinator.core.Input;

/**
 * An input of the coordinator, and whether it comes at the moment when the next thing is due: abstract time, in which a
 * deadline passes or does not.
 */
record Stimulus(Input input, boolean whenDue) {}
