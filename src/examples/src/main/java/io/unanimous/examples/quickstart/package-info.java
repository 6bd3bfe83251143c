/**
 * The quickstart: runs the bank, kills its processes at the worst moments, and checks the books.
 *
 * <p>{@link io.unanimous.examples.quickstart.Quickstart} tells the story; the other classes are its props. Nothing here
 * is needed to use Unanimous: for that see {@link io.unanimous.examples.bank}.
 */
@NullMarked
package io.unanimous.examples.quickstart;

import org.jspecify.annotations.NullMarked;
