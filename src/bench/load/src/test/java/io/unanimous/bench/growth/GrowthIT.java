package io.unanimous.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GrowthIT {

    @Test
    void aCrashWithUnfinishedDecisionsIsRecoveredFromAndDrained() throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Path directory = Files.createDirectories(Path.of("target", "growth-it").toAbsolutePath());
        int code = Growth.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute("recovery", "--transactions", "1000", "--dir", directory.toString());
        assertThat(code).as("%s%s", out, err).isZero();
        assertThat(out.toString())
                .contains("time to ready")
                .contains("time to drain")
                .contains("growth: recovery: 5 checks held");
    }
}
