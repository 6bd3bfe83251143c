package io.unanimous.bench.databases;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Setting;
import io.unanimous.bench.contender.Verdict;
import io.unanimous.bench.load.Load;
import io.unanimous.bench.load.LoadPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every contender that needs no peer does what it says, and the verification sees what it does not. */
class TransfersIT {

    private static final int IN_FLIGHT = 4;

    @Test
    void oursMovesMoney() throws Exception {
        assertMovesMoney(new OursFactory(), Map.of());
    }

    @Test
    void rawXaMovesMoney() throws Exception {
        assertMovesMoney(new RawXaFactory(), Map.of());
    }

    @Test
    void rawXaInParallelMovesMoney() throws Exception {
        assertMovesMoney(new RawXaFactory(), Map.of("parallel", "true"));
    }

    @Test
    void localCommitsMoveMoney() throws Exception {
        assertMovesMoney(new LocalCommitsFactory(), Map.of());
    }

    @Test
    void lostHalfOfATransferIsFound() throws Exception {
        try (Contender contender = start(new RawXaFactory(), Map.of())) {
            Counts counts = load(contender);
            databasesOf(contender)
                    .execute(PostgresPair.IS_PAID, "UPDATE account SET balance = balance - 1 WHERE id = 1");
            assertThat(contender.verify(counts).faults())
                    .anyMatch(fault -> fault.startsWith("received by the second database"))
                    .anyMatch(fault -> fault.startsWith("change of the total"))
                    .hasSize(2);
        }
    }

    @Test
    void transferLostInBothHalvesIsFound() throws Exception {
        try (Contender contender = start(new RawXaFactory(), Map.of())) {
            Counts counts = load(contender);
            Counts oneMore = new Counts(counts.committed() + 1, counts.rolledBack(), counts.failed());
            assertThat(contender.verify(oneMore).faults()).hasSize(2);
        }
    }

    @Test
    void branchLeftPreparedIsFound() throws Exception {
        try (Contender contender = start(new RawXaFactory(), Map.of())) {
            Counts counts = load(contender);
            databasesOf(contender).execute(PostgresPair.PAYS, "BEGIN; PREPARE TRANSACTION 'left'");
            assertThat(contender.verify(counts).faults())
                    .singleElement()
                    .asString()
                    .startsWith("left prepared in the first database");
        }
    }

    private static void assertMovesMoney(ContenderFactory factory, Map<String, String> options) throws Exception {
        try (Contender contender = start(factory, options)) {
            Counts counts = load(contender);
            assertThat(counts.committed()).isPositive();
            Verdict verdict = contender.verify(counts);
            assertThat(verdict.faults()).isEmpty();
            assertThat(verdict.checked()).isNotEmpty();
        }
    }

    private static Counts load(Contender contender) throws Exception {
        return Load.run(contender, LoadPlan.trial(IN_FLIGHT, Duration.ofSeconds(1)))
                .counts();
    }

    private static PostgresPair databasesOf(Contender contender) {
        return ((TransferContender) contender).databases();
    }

    private static Contender start(ContenderFactory factory, Map<String, String> options) throws Exception {
        Path parent = Files.createDirectories(Path.of("target", "it-data").toAbsolutePath());
        return factory.start(
                new Setting(IN_FLIGHT, 2, Files.createTempDirectory(parent, "run-"), Duration.ZERO, options));
    }
}
