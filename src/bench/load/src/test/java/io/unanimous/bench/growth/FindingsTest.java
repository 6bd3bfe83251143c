package io.unanimous.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class FindingsTest {

    private final StringWriter told = new StringWriter();
    private final Findings findings = new Findings(new PrintWriter(told));

    @Test
    void goalsThatAreReachedAreCounted() {
        findings.add("a", 7, "MB");
        findings.addWithGoal("b", 3, "s", 3);
        findings.mustBe("c", 5, 5);
        assertThat(findings.summary()).isEqualTo("1 checks held, 1 goals reached");
        assertThat(told.toString()).contains("7.00 MB\n").contains("3.00 s; goal at most 3.0: reached");
    }

    @Test
    void aMissedGoalIsNamedAndIsNoFault() {
        findings.addWithGoal("time to ready", 3.1, "s", 3);
        assertThat(findings.summary()).contains("MISSED: time to ready");
        assertThat(findings.verdict().sound()).isTrue();
    }

    @Test
    void whatWasNotDoneMakesAllFiguresWrong() {
        findings.addWithGoal("time to ready", 1, "s", 3);
        findings.mustBe("committed", 5, 4);
        assertThat(findings.summary()).isEqualTo("WRONG: committed: 4, expected 5");
        assertThat(findings.verdict().sound()).isFalse();
    }
}
