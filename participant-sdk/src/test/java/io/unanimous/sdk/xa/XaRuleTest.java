package io.unanimous.sdk.xa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** P12's table, cell by cell: what is written here is the protocol's text, not the code's. */
class XaRuleTest {

    private static final String TABLE = """
            answer               PREPARE    ONE_PHASE    COMMIT                 ROLLBACK             FORGET
            OK                   PREPARED   DONE         DONE                   DONE                 DONE
            READ_ONLY            READ_ONLY  DONE         DONE                   DONE                 DONE
            READ_ONLY_PREPARED   PREPARED   DONE         DONE                   DONE                 DONE
            ROLLED_BACK          REFUSED    ROLLED_BACK  HEURISTIC_ROLLED_BACK  DONE                 DONE
            SQL_ROLLED_BACK      REFUSED    ROLLED_BACK  ASK_AGAIN              ASK_AGAIN            DONE
            HEURISTIC_COMMIT     REFUSED    DONE         FORGET                 HEURISTIC_COMMITTED  DONE
            HEURISTIC_ROLLBACK   REFUSED    ROLLED_BACK  HEURISTIC_ROLLED_BACK  FORGET               DONE
            HEURISTIC_MIXED      REFUSED    UNKNOWN      HEURISTIC_MIXED        HEURISTIC_MIXED      DONE
            HEURISTIC_HAZARD     REFUSED    UNKNOWN      HEURISTIC_HAZARD       HEURISTIC_HAZARD     DONE
            RETRY                REFUSED    UNKNOWN      LATER                  LATER                LATER
            NOT_FOUND            REFUSED    UNKNOWN      SCAN                   SCAN                 DONE
            DENIED               REFUSED    UNKNOWN      LATER                  LATER                LATER
            RESOURCE_ERROR       REFUSED    UNKNOWN      SCAN                   SCAN                 ASK_AGAIN
            RESOURCE_LOST        REFUSED    UNKNOWN      ASK_AGAIN              ASK_AGAIN            ASK_AGAIN
            MISUSED              REFUSED    UNKNOWN      ASK_AGAIN              ASK_AGAIN            ASK_AGAIN
            """;

    static Stream<Arguments> cells() {
        String[] operations = TABLE.lines().findFirst().orElseThrow().split(" +");
        return TABLE.lines().skip(1).flatMap(line -> {
            String[] cells = line.split(" +");
            return Stream.iterate(1, i -> i < cells.length, i -> i + 1)
                    .map(i -> Arguments.of(
                            XaOperation.valueOf(operations[i]),
                            XaAnswer.valueOf(cells[0]),
                            XaVerdict.valueOf(cells[i])));
        });
    }

    @ParameterizedTest
    @MethodSource("cells")
    void everyAnswerToEveryOperationHasItsVerdict(XaOperation operation, XaAnswer answer, XaVerdict verdict) {
        assertThat(XaRule.verdict(operation, answer, false)).isEqualTo(verdict);
    }

    @Test
    void theTableAboveIsComplete() {
        assertThat(cells()).hasSize(XaOperation.values().length * XaAnswer.values().length);
    }

    @Test
    void aReadOnlyBranchThatRolledBackUnderCommitContradictsNothing() {
        assertThat(XaRule.verdict(XaOperation.COMMIT, XaAnswer.ROLLED_BACK, true))
                .isEqualTo(XaVerdict.DONE);
        assertThat(XaRule.verdict(XaOperation.COMMIT, XaAnswer.HEURISTIC_ROLLBACK, true))
                .isEqualTo(XaVerdict.HEURISTIC_ROLLED_BACK);
    }

    @ParameterizedTest
    @CsvSource({
        // answer, listed by the scan, absence, verdict
        "NOT_FOUND,      true,  UNEXPECTED, LATER",
        "NOT_FOUND,      true,  EXPECTED,   LATER",
        "NOT_FOUND,      true,  TOO_EARLY,  LATER",
        "RESOURCE_ERROR, true,  UNEXPECTED, LATER",
        "RESOURCE_ERROR, true,  EXPECTED,   LATER",
        "NOT_FOUND,      false, EXPECTED,   DONE",
        "NOT_FOUND,      false, UNEXPECTED, HEURISTIC_HAZARD",
        "NOT_FOUND,      false, TOO_EARLY,  LATER",
        "RESOURCE_ERROR, false, EXPECTED,   DONE",
        "RESOURCE_ERROR, false, UNEXPECTED, DONE",
        "RESOURCE_ERROR, false, TOO_EARLY,  LATER",
    })
    void notFoundIsFinalOnlyAfterAScan(XaAnswer answer, boolean listed, XaRule.Absence absence, XaVerdict verdict) {
        assertThat(XaRule.afterScan(answer, listed, absence)).isEqualTo(verdict);
    }
}
