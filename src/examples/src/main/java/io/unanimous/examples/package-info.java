/** The bank that the quickstart runs: transfers between databases that must never lose or make money. */
@NullMarked
package io.unanimous.examples;

import org.jspecify.annotations.NullMarked;
