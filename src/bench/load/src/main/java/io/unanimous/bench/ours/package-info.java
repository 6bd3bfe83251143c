/** Our coordinator under measurement: as it is shipped, and with its syncs left out or delayed, which only a bench can do. */
@NullMarked
package io.unanimous.bench.ours;

import org.jspecify.annotations.NullMarked;
