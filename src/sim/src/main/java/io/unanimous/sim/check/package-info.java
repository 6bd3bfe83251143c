/**
 * The checker: judges what was seen of a coordinator from outside against the nine invariants, knowing nothing of its
 * internals. Ids, branches and places are plain strings.
 */
@NullMarked
package io.unanimous.sim.check;

import org.jspecify.annotations.NullMarked;
