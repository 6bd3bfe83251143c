/** Runs workers round by round, one contender after the other, and says how they compare. */
@NullMarked
package io.unanimous.bench.harness;

import org.jspecify.annotations.NullMarked;
