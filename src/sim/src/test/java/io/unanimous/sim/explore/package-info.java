@NullMarked
package io.unanimous.sim.explore;

import org.jspecify.annotations.NullMarked;
