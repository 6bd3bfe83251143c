/** Benchmarks of what the package keeps to itself. */
@NullMarked
package io.unanimous.coordinator.log;

import org.jspecify.annotations.NullMarked;
