package io.unanimous.coordinator.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.log.RocksDecisionLog;
import io.unanimous.coordinator.log.StoreOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class StoreCommandTest {
    @TempDir
    Path scratch;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Object... arguments) {
        CommandLine command = StoreCommand.commandLine();
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        return command.execute(texts);
    }

    @Test
    void aStoreIsVerifiedDumpedAndRestored() {
        Path data = scratch.resolve("data");
        try (RocksDecisionLog log = RocksDecisionLog.open(new StoreOptions(data, 0, 0, 0))) {
            log.replay(record -> {});
            log.append(List.of(new LogRecord(1, 1, new Event.EpochStarted(1, 2, 3))), true);
        }

        assertThat(run("verify", data)).isEqualTo(ExitCodes.OK);
        assertThat(out.toString()).contains("is sound").contains("records=1 last=1");
        assertThat(run("dump", data)).isEqualTo(ExitCodes.OK);
        assertThat(out.toString()).contains("{\"number\":1,");
        assertThat(run("restore", "--from", data, scratch.resolve("back"))).isEqualTo(ExitCodes.OK);
        assertThat(out.toString()).contains("the next start holds: RESTORED");
        assertThat(run("restore", "--from", data, scratch.resolve("back"))).isEqualTo(ExitCodes.DIRECTORY_UNUSABLE);
        assertThat(err.toString()).contains("not an empty directory");
    }

    @Test
    void whatIsNotAStoreIsOneClearLine() {
        assertThat(run("verify", scratch)).isEqualTo(ExitCodes.DIRECTORY_UNUSABLE);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(run()).isEqualTo(ExitCodes.USAGE);
    }
}
