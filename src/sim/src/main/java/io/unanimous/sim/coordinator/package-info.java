/** The production coordinator as a process of the simulation, with its disk. */
@NullMarked
package io.unanimous.sim.coordinator;

import org.jspecify.annotations.NullMarked;
