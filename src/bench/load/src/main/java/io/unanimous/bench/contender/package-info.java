/** What a system has to offer to be measured; free of every dependency, so that a peer's class path stays its own. */
@NullMarked
package io.unanimous.bench.contender;

import org.jspecify.annotations.NullMarked;
