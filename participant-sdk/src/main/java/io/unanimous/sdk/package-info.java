/** What an application embeds to begin transactions and to take part in them. */
@NullMarked
package io.unanimous.sdk;

import org.jspecify.annotations.NullMarked;
