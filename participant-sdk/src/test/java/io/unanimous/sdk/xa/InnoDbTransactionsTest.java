package io.unanimous.sdk.xa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class InnoDbTransactionsTest {

    private static final long OWN = 9;

    @Test
    void aTransactionIsHeldByTheSessionThatIsPrintedWithIt() {
        InnoDbTransactions all = InnoDbTransactions.of(status(OWN, 17), OWN).orElseThrow();
        assertThat(all.heldBy(17)).isTrue();
        assertThat(all.heldBy(OWN)).isTrue();
        assertThat(all.heldBy(7)).isFalse();
        assertThat(all.heldBy(1)).isFalse();
    }

    /** A deadlock of long ago is printed until the next one. */
    @Test
    void whatIsPrintedBeforeTheTransactionsHoldsNothing() {
        String status = "LATEST DETECTED DEADLOCK\n" + held(7) + status(OWN);
        assertThat(InnoDbTransactions.of(status, OWN).orElseThrow().heldBy(7)).isFalse();
    }

    @Test
    void whatIsNotCompleteIsNothing() {
        String status = status(OWN, 7);
        assertThat(InnoDbTransactions.of(status.substring(0, status.indexOf("END OF")), OWN))
                .isEmpty();
        assertThat(InnoDbTransactions.of(status.replace("LIST OF", "... truncated...\nLIST OF"), OWN))
                .isEmpty();
        assertThat(InnoDbTransactions.of(status.substring(status.indexOf("LIST OF")), OWN))
                .isEmpty();
        assertThat(InnoDbTransactions.of("", OWN)).isEmpty();
    }

    /** Else another way of printing would read as if nobody held anything. */
    @Test
    void ourOwnTransactionHasToBeAmongThem() {
        assertThat(InnoDbTransactions.of(status(7), OWN)).isEmpty();
        assertThat(InnoDbTransactions.of(status(OWN).replace("thread id", "session"), OWN))
                .isEmpty();
    }

    /** As InnoDB prints it, shortened, with a transaction for each session and one for none. */
    static String status(long... sessions) {
        return "\n=====================================\nINNODB MONITOR OUTPUT\n------------\nTRANSACTIONS\n------------\n"
                + "Trx id counter 24119\nLIST OF TRANSACTIONS FOR EACH SESSION:\n"
                + Arrays.stream(sessions).mapToObj(InnoDbTransactionsTest::held).collect(Collectors.joining())
                + "---TRANSACTION 24115, ACTIVE (PREPARED) 106 sec recovered trx\n"
                + "2 lock struct(s), heap size 1128, 1 row lock(s), undo log entries 1\n"
                + "--------\nFILE I/O\n--------\n"
                + "----------------------------\nEND OF INNODB MONITOR OUTPUT\n============================\n";
    }

    private static String held(long session) {
        return "---TRANSACTION 24118, ACTIVE (PREPARED) 0 sec\n"
                + "2 lock struct(s), heap size 1128, 1 row lock(s), undo log entries 1\n"
                + "MariaDB thread id " + session
                + ", OS thread handle 139723004024512, query id 270920 localhost root\n";
    }
}
