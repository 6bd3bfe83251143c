/** How the packaged daemon grows: memory, bytes, time to recover, pages of lists, throughput, pauses. */
@NullMarked
package io.unanimous.bench.growth;

import org.jspecify.annotations.NullMarked;
