/**
 * What the transport and the disk allow: the same messages in the same frames on the same streams, with one shared
 * sync a group and no logic, and a bare echo of equal messages.
 */
@NullMarked
package io.unanimous.bench.floor;

import org.jspecify.annotations.NullMarked;
