/** Tests of the operator's command against a scripted coordinator. */
@NullMarked
package io.unanimous.cli;

import org.jspecify.annotations.NullMarked;
