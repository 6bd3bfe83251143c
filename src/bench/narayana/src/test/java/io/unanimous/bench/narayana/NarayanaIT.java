package io.unanimous.bench.narayana;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Setting;
import io.unanimous.bench.load.Load;
import io.unanimous.bench.load.LoadPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NarayanaIT {

    private static final int IN_FLIGHT = 4;

    @Test
    void movesMoneyWithItsJournalWhereItWasTold() throws Exception {
        Path parent = Files.createDirectories(Path.of("target", "it-data").toAbsolutePath());
        Setting setting = new Setting(
                IN_FLIGHT, 2, Files.createTempDirectory(parent, "run-"), Duration.ZERO, Map.of("store", "journal"));
        try (Contender contender = new NarayanaFactory().start(setting)) {
            Counts counts = Load.run(contender, LoadPlan.trial(IN_FLIGHT, Duration.ofSeconds(1)))
                    .counts();
            assertThat(counts.committed()).isPositive();
            assertThat(contender.verify(counts).faults()).isEmpty();
            assertThat(setting.directory().resolve("narayana").resolve("journal-default"))
                    .isDirectoryContaining("glob:**.txlog");
        }
    }
}
