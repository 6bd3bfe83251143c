/** The durable log of decisions: its port, its RocksDB implementation and the bytes of its records. */
@NullMarked
package io.unanimous.coordinator.log;

import org.jspecify.annotations.NullMarked;
