/** What single steps of the coordinator cost, without network and disk. */
@NullMarked
package io.unanimous.bench.jmh;

import org.jspecify.annotations.NullMarked;
