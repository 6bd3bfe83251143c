package io.unanimous.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the front door prints, and how it exits. */
class ExploreCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return new CommandLine(new ExploreCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }

    private String lastLine() {
        return out.toString().lines().reduce((before, after) -> after).orElse("");
    }

    @Test
    void aScopeIsExploredAndCounted() {
        assertThat(run("--branches", "2", "--scope", "votes")).isZero();

        assertThat(out.toString()).contains("scope=votes branches=2 states=").contains("exhausted=yes");
        assertThat(lastLine()).matches("explore: states=\\d+ depth=\\d+ exhausted=yes violations=0");
    }

    @Test
    void aBrokenPromiseIsToldStepByStep() {
        assertThat(run("--branches", "2", "--scope", "restarts", "--flaw", "EFFECTS_BEFORE_SYNC"))
                .isEqualTo(1);

        assertThat(out.toString()).contains("violation: invariant=A1 ").contains("   1  a client asks to commit");
        assertThat(lastLine()).matches("explore: states=\\d+ depth=\\d+ exhausted=no violations=1");
    }

    @Test
    void wrongOptionsAreUsage() {
        assertThat(run("--branches", "6")).isEqualTo(2);
        assertThat(run("--branches", "1")).isEqualTo(2);
        assertThat(run("--states", "0")).isEqualTo(2);
        assertThat(run("--minutes", "0")).isEqualTo(2);
        assertThat(run("--scope", "nowhere")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no scope 'nowhere'; there are one-phase, votes");
    }
}
