/** An in-process coordinator and named crash points, for the tests of applications. */
@NullMarked
package io.unanimous.testkit;

import org.jspecify.annotations.NullMarked;
