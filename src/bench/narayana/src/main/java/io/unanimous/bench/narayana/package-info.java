/** Narayana, embedded in the application. */
@NullMarked
package io.unanimous.bench.narayana;

import org.jspecify.annotations.NullMarked;
