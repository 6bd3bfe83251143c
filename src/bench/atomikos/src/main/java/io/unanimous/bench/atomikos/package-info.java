/** Atomikos, embedded in the application. */
@NullMarked
package io.unanimous.bench.atomikos;

import org.jspecify.annotations.NullMarked;
