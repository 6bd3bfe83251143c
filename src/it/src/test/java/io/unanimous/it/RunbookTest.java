package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a {@link Runbook} takes for the same line. */
final class RunbookTest {

    @Test
    void branchesAreAlikeWhateverTheirSuffixes() {
        assertThat(Runbook.steady("committing  1.6s  2  ledger-b/dmqsrhghbskfnqna  -"))
                .isEqualTo(Runbook.steady("committing  11s   2  ledger-b/lxacsfvanvbrpin3  -"));
        assertThat(Runbook.steady("waits for (ledger-b/dmqsrhghbskfnqna),"))
                .isEqualTo(Runbook.steady("waits for (ledger-b/lxacsfvanvbrpin3),"));
    }

    @Test
    void statesAreNot() {
        assertThat(Runbook.steady("committing  1.6s")).isNotEqualTo(Runbook.steady("committed  1.6s"));
    }
}
