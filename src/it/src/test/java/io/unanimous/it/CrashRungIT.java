package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The crash rung, as short as it can be: one crash point of each side, and one strike at any moment. */
final class CrashRungIT {

    private static int run(ByteArrayOutputStream said, String... arguments) {
        PrintWriter out = new PrintWriter(said, true, StandardCharsets.UTF_8);
        return new CommandLine(new CrashRung(out)).setOut(out).setErr(out).execute(arguments);
    }

    @Test
    void threeCyclesViolateNothing() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int code = run(said, "--cycles", "3");
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .as("exit code %d", code)
                .last()
                .asString()
                .matches(
                        "crash: cycles=3 kills=[1-9]\\d* transactions=[1-9]\\d* violations=0 max_recovery_ms=[1-9]\\d*");
        assertThat(code).isZero();
    }

    @Test
    void endsWithTheCycleInWhichItsTimePasses() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int code = run(said, "--cycles", "1000", "--minutes", "0.001");
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .last()
                .asString()
                .startsWith("crash: cycles=1 ");
        assertThat(code).isZero();
    }

    @Test
    void noTimeIsRefused() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        assertThat(run(said, "--minutes", "0")).isEqualTo(2);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("--minutes must be above 0");
    }

    @Test
    void noCyclesAreRefused() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        assertThat(run(said, "--cycles", "0")).isEqualTo(2);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("--cycles must be at least 1");
    }
}
