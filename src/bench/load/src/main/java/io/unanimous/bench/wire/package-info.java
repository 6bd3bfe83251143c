/** The protocol's streams, driven without the SDK: messages gathered into frames, on one network thread. */
@NullMarked
package io.unanimous.bench.wire;

import org.jspecify.annotations.NullMarked;
