package io.unanimous.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class GrowthTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int growth(String... arguments) {
        return Growth.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"heap", "bytes", "throughput", "recovery", "list", "soak"})
    void everySectionTellsWhatItDoes(String section) {
        assertThat(growth(section, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: growth " + section).contains("--json");
    }

    @Test
    void aSectionMustBeNamed() {
        assertThat(growth()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("name a section");
    }

    @Test
    void numbersOutOfBoundsAreRefusedBeforeAnythingStarts() {
        assertThat(growth("heap", "--transactions", "7")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--transactions must be 1000 to 2000000, not 7");
    }
}
