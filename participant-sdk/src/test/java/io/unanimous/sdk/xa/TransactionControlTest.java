package io.unanimous.sdk.xa;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionControlTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT",
                "commit;",
                " \n; Commit and chain",
                "-- done\nCOMMIT",
                "/* done */ rollback work",
                "ROLLBACK",
                "ABORT",
                "END",
                "BEGIN",
                "begin isolation level serializable",
                "START TRANSACTION READ ONLY",
                "PREPARE TRANSACTION 'x'",
                "COMMIT PREPARED 'x'",
                "XA COMMIT 'x'"
            })
    void statementsThatBeginOrEndATransactionAreRecognised(String sql) {
        assertThat(TransactionControl.isControl(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--",
                "/* unfinished",
                "SELECT 1",
                "SELECT 'COMMIT'",
                "ROLLBACK TO SAVEPOINT a",
                "ROLLBACK WORK TO a",
                "SAVEPOINT a",
                "RELEASE SAVEPOINT a",
                "START SLAVE",
                "PREPARE plan AS SELECT 1",
                "BEGIN NOT ATOMIC SELECT 1; END",
                "UPDATE endings SET commit = 1",
                "COMMITTED",
                "{call commit_it()}"
            })
    void otherStatementsPass(String sql) {
        assertThat(TransactionControl.isControl(sql)).isFalse();
    }
}
