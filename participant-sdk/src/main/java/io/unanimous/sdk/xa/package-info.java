/** Turns an XA data source into a participant. */
@NullMarked
package io.unanimous.sdk.xa;

import org.jspecify.annotations.NullMarked;
