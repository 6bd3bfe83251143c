/** Transfers between two real databases: what every contender for them shares, and those that need no peer. */
@NullMarked
package io.unanimous.bench.databases;

import org.jspecify.annotations.NullMarked;
