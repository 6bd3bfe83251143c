package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.RetryRequest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionIdsTest {
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final TestShell shell = new TestShell(coordinator);

    @BeforeEach
    void script() {
        coordinator.transactions.addAll(List.of(Samples.fresh(), Samples.mixed(), Samples.stuck()));
    }

    @AfterEach
    void close() {
        coordinator.close();
    }

    @Test
    void uniqueTailIsEnough() {
        assertThat(shell.run("retry 2F-0")).isEqualTo(ExitCode.OK);
        assertThat(coordinator.asked(RetryRequest.class))
                .extracting(RetryRequest::getTransactionId)
                .containsExactly(Samples.MIXED);
    }

    @Test
    void tailIsUniqueOnlyWhenAllPagesSaySo() {
        coordinator.pageSizeMax = 1;
        coordinator.emptyPagesBetween = true;
        assertThat(shell.run("retry f-0")).isEqualTo(ExitCode.USAGE);
        assertThat(shell.run("retry 1f-0")).isEqualTo(ExitCode.OK);
    }

    @Test
    void ambiguousTailListsTheCandidatesAndDoesNothing() {
        assertThat(shell.run("retry f-0")).isEqualTo(ExitCode.USAGE);
        Golden.check("ambiguous.txt", shell.err());
        assertThat(shell.out()).isEmpty();
        assertThat(coordinator.asked(RetryRequest.class)).isEmpty();
    }

    @Test
    void manyCandidatesAreNotAllListed() {
        for (int i = 0; i < 30; i++) {
            coordinator.transactions.add(Samples.numbered(i));
        }
        assertThat(shell.run("retry 0")).isEqualTo(ExitCode.USAGE);
        assertThat(shell.err()).startsWith("tx-admin: more than 10 transactions have an id ending with '0'.");
        assertThat(shell.err().lines()).hasSize(1 + 10);
    }

    @Test
    void unknownTailIsNotFound() {
        assertThat(shell.run("show 9999-0")).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(shell.err()).contains("'9999-0'").contains("tx-admin list");
    }

    @Test
    void whatCannotBeAnIdIsAUsageErrorAndAsksNobody() {
        for (String wrong : List.of("il", "a_b", "é", "..", "a\u001b")) {
            TestShell each = new TestShell(coordinator);
            assertThat(each.run("show", wrong)).as(wrong).isEqualTo(ExitCode.USAGE);
            assertThat(each.err()).doesNotContain("\u001b").contains("is no transaction id");
        }
        assertThat(coordinator.asked(ListTransactionsRequest.class)).isEmpty();
    }
}
