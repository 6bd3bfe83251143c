package io.unanimous.sdk.xa;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.stream.IntStream;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XaAnswerTest {

    @ParameterizedTest
    @CsvSource({
        // XA error code, SQLSTATE of the cause, answer
        "7,   ,      HEURISTIC_COMMIT",
        "6,   ,      HEURISTIC_ROLLBACK",
        "5,   ,      HEURISTIC_MIXED",
        "8,   ,      HEURISTIC_HAZARD",
        "4,   ,      RETRY",
        "-4,  ,      NOT_FOUND",
        "-4,  42704, NOT_FOUND",
        "-3,  ,      RESOURCE_ERROR",
        "-3,  57P01, RESOURCE_ERROR",
        "-3,  42704, NOT_FOUND",
        "-3,  55000, NOT_FOUND",
        "-3,  42501, DENIED",
        "-3,  0A000, DENIED",
        "-7,  ,      RESOURCE_LOST",
        "-7,  08006, RESOURCE_LOST",
        "-7,  40001, SQL_ROLLED_BACK",
        "-7,  23505, SQL_ROLLED_BACK",
        "-7,  40003, RESOURCE_LOST",
        "0,   ,      RESOURCE_LOST",
        "0,   08000, RESOURCE_LOST",
        "0,   23000, SQL_ROLLED_BACK",
        "12345,,     RESOURCE_LOST",
        "-6,  ,      MISUSED",
        "-5,  ,      MISUSED",
        "-9,  ,      MISUSED",
        "-2,  ,      MISUSED",
        "-8,  ,      MISUSED",
        "9,   ,      MISUSED",
    })
    void codesAndSqlStatesAreReduced(int code, String sqlState, XaAnswer answer) {
        assertThat(XaAnswer.of(xa(code, sqlState))).isEqualTo(answer);
    }

    @Test
    void everyRollbackCodeSaysRolledBack() {
        assertThat(IntStream.rangeClosed(XAException.XA_RBBASE, XAException.XA_RBEND)
                        .mapToObj(code -> XaAnswer.of(xa(code, "08006"))))
                .containsOnly(XaAnswer.ROLLED_BACK);
        assertThat(XaAnswer.of(xa(XAException.XA_RBBASE - 1, null))).isEqualTo(XaAnswer.RESOURCE_LOST);
        assertThat(XaAnswer.of(xa(XAException.XA_RBEND + 1, null))).isEqualTo(XaAnswer.RESOURCE_LOST);
    }

    @Test
    void whatADriverThrowsWithoutACodeIsALostConnection() {
        assertThat(XaAnswer.of(new IllegalStateException("driver bug"))).isEqualTo(XaAnswer.RESOURCE_LOST);
        assertThat(XaAnswer.of(new SQLException("gone", "08006"))).isEqualTo(XaAnswer.RESOURCE_LOST);
        assertThat(XaAnswer.of(new SQLException("late check", "23503"))).isEqualTo(XaAnswer.SQL_ROLLED_BACK);
    }

    @Test
    void onlyAnAmbiguousAnswerMayHaveReachedTheResource() {
        assertThat(XaAnswer.values())
                .filteredOn(XaAnswer::mayHaveReached)
                .containsExactly(XaAnswer.RESOURCE_ERROR, XaAnswer.RESOURCE_LOST);
    }

    private static XAException xa(int code, String sqlState) {
        XAException exception = new XAException(code);
        if (sqlState != null) {
            exception.initCause(new RuntimeException(new SQLException("cause", sqlState)));
        }
        return exception;
    }
}
