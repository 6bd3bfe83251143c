package io.unanimous.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchTest {

    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine bench = Bench.commandLine(Path.of(".")).setErr(new PrintWriter(err, true));
        return bench.execute(arguments);
    }

    @Test
    void anUnknownContenderIsRefusedAndTheKnownOnesAreNamed() {
        assertThat(run("--contenders", "theirs")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("theirs", "ours-nosync", "floor");
    }

    @Test
    void levelsParticipantsAndRoundsOutOfBoundsAreRefused() {
        assertThat(run("--in-flight", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("--participants", "33")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("--rounds", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("in flight must be 1 to", "participants must be 1 to", "--rounds must be");
    }

    @Test
    void theEchoIsRefusedWithoutTheFloorBeforeIt() {
        assertThat(run("--contenders", "echo,floor")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("--contenders", "ours,ours")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("name floor before it", "ours is named twice");
    }
}
