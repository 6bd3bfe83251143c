/** The production SDK in simulated services, with their databases. */
@NullMarked
package io.unanimous.sim.participant;

import org.jspecify.annotations.NullMarked;
