/** The process that loads one contender and says what it measured. */
@NullMarked
package io.unanimous.bench.load;

import org.jspecify.annotations.NullMarked;
