/** The operator's command, {@code tx-admin}: one class per subcommand. */
@NullMarked
package io.unanimous.cli;

import org.jspecify.annotations.NullMarked;
