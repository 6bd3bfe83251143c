/** Seata's transaction coordinator under measurement, through Seata's own client. */
@NullMarked
package io.unanimous.bench.seata;

import org.jspecify.annotations.NullMarked;
