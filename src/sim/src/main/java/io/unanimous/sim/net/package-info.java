/** The virtual network: gRPC calls as messages that are delayed, lost, doubled and put out of order. */
@NullMarked
package io.unanimous.sim.net;

import org.jspecify.annotations.NullMarked;
