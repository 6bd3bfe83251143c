/**
 * A bank in three services: two ledgers, each with a PostgreSQL database of its own, and a seat reservation that keeps a
 * file. A transfer takes part of all of them, or of none. Written to be copied from.
 *
 * <p>{@link io.unanimous.examples.bank.Initiator} begins and commits the transactions, {@link
 * io.unanimous.examples.bank.LedgerService} takes part with a database, {@link io.unanimous.examples.bank.SeatService}
 * takes part with something that is no database.
 */
@NullMarked
package io.unanimous.examples.bank;

import org.jspecify.annotations.NullMarked;
