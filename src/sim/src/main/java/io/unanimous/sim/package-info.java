/** The simulator: the production coordinator and participants on one thread, over a virtual clock, network, disk and databases. */
@NullMarked
package io.unanimous.sim;

import org.jspecify.annotations.NullMarked;
