/** Those who use the simulated system: customers that make transfers, and an operator. */
@NullMarked
package io.unanimous.sim.people;

import org.jspecify.annotations.NullMarked;
