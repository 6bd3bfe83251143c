/** The gRPC edge: parses and checks requests, hands them to the runtime and writes the answers. */
@NullMarked
package io.unanimous.coordinator.transport;

import org.jspecify.annotations.NullMarked;
