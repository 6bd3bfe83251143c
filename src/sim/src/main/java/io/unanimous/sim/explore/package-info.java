/**
 * The explorer: the production coordinator among model participants, a model log and a model network, taken through every
 * order of events that a scope allows, breadth first.
 */
@NullMarked
package io.unanimous.sim.explore;

import org.jspecify.annotations.NullMarked;
