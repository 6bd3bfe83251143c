/** The shell around the core: the one thread that steps it, the mailbox that feeds it and the writer that syncs its records. */
@NullMarked
package io.unanimous.coordinator.runtime;

import org.jspecify.annotations.NullMarked;
