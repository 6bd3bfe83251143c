/** The daemon: its main class, its configuration and the wiring of all other packages. */
@NullMarked
package io.unanimous.coordinator.server;

import org.jspecify.annotations.NullMarked;
