package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;

/** What must hold over both ledgers at any time that nothing is in work. */
final class Bank {

    private Bank() {}

    /** No branch is left prepared, no money appeared or vanished, and each transfer is in both ledgers or in none. */
    static void requireConsistent() {
        requireConsistent(Ledger.a(), Ledger.b());
    }

    /** The same of two other ledgers, which have opened with the same total. */
    static void requireConsistent(Ledger payer, Ledger paid) {
        assertThat(payer.prepared()).as("prepared in ledger A").isEmpty();
        assertThat(paid.prepared()).as("prepared in ledger B").isEmpty();
        Ledger.Books a = payer.books();
        Ledger.Books b = paid.books();
        requireSound("A", a);
        requireSound("B", b);
        assertThat(a.total() + b.total()).as("all money").isEqualTo(2 * Ledger.OPENING_TOTAL);
        assertThat(betweenLedgers(a)).as("what A paid is what B was paid").isEqualTo(negated(betweenLedgers(b)));
    }

    private static void requireSound(String ledger, Ledger.Books books) {
        long booked =
                books.journal().values().stream().mapToLong(Long::longValue).sum();
        assertThat(books.total()).as("money in ledger " + ledger).isEqualTo(Ledger.OPENING_TOTAL + booked);
    }

    /** Transfers within one ledger are booked with no amount. */
    private static Map<Long, Long> betweenLedgers(Ledger.Books books) {
        Map<Long, Long> between = new HashMap<>(books.journal());
        between.values().removeIf(amount -> amount == 0);
        return between;
    }

    private static Map<Long, Long> negated(Map<Long, Long> amounts) {
        Map<Long, Long> negated = new HashMap<>();
        amounts.forEach((transfer, amount) -> negated.put(transfer, -amount));
        return negated;
    }

    /** Whether a transfer is booked in this ledger. */
    static boolean booked(Ledger ledger, long transfer) {
        return ledger.books().journal().containsKey(transfer);
    }
}
