/** The two-phase-commit protocol as a deterministic state machine: the same state and the same input give the same output. */
@NullMarked
package io.unanimous.coordinator.core;

import org.jspecify.annotations.NullMarked;
