package io.unanimous.sim.explore;

import io.unanimous.coordinator.core.ReplyTo;

/** A caller, by what it asked. */
record Question(String what) implements ReplyTo {}
