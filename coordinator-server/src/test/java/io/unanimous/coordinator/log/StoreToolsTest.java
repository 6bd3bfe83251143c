package io.unanimous.coordinator.log;

import static io.unanimous.coordinator.log.StoreFixture.open;
import static io.unanimous.coordinator.log.StoreFixture.replay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

final class StoreToolsTest {
    private static final List<LogRecord> RECORDS =
            List.of(Records.started(1, 1), Records.decided(2), Records.finished(3, 2));

    @TempDir
    Path scratch;

    private Path data;

    @BeforeEach
    void makeAStore() {
        data = scratch.resolve("data");
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            log.append(RECORDS, true);
        }
    }

    @Test
    void everyRecordIsDumpedAndTheUnreadableToo() throws RocksDBException {
        RecordStoreTampering.put(data, RecordCodec.key(4), new byte[] {9, 1, 2});
        List<String> lines = new ArrayList<>();

        StoreTools.dump(data, lines::add);

        assertThat(lines).hasSize(4);
        assertThat(lines.get(0))
                .isEqualTo("{\"number\":1,\"epoch\":1,\"epoch_started\":{\"epoch\":1,\"nonce\":7,\"wall_ms\":1001}}");
        assertThat(lines.get(1)).contains("\"commit_decided\":{").contains("\"resource\":\"ledger\"");
        assertThat(lines.get(3)).startsWith("{\"unreadable\":\"record 4").endsWith("\"value\":\"090102\"}");
    }

    @Test
    void aSoundStoreIsVerifiedAndADamagedOneRefused() throws RocksDBException {
        assertThat(StoreTools.verify(data).records()).isEqualTo(3);
        assertThat(StoreTools.verify(data).findings()).isEmpty();

        RecordStoreTampering.put(data, RecordCodec.key(4), RecordCodec.value(Records.decided(5)));
        assertThatThrownBy(() -> StoreTools.verify(data)).isInstanceOf(CorruptLogException.class);
    }

    @Test
    void aStoreInUseIsRefused() {
        try (RocksDecisionLog log = open(data)) {
            assertThatThrownBy(() -> StoreTools.verify(data)).isInstanceOf(StoreLockedException.class);
            assertThat(log.findings()).isEmpty();
        }
    }

    @Test
    void aDirectoryWithoutAStoreIsNamed() throws IOException {
        Path empty = Files.createDirectory(scratch.resolve("empty"));

        assertThatThrownBy(() -> StoreTools.verify(empty)).isInstanceOf(UnusableDirectoryException.class);
        assertThat(StoreFiles.names(empty)).isEmpty();
    }

    @Test
    void aRestoredStoreHoldsUntilThatIsOnRecord() {
        Path restored = scratch.resolve("restored");

        StoreTools.Report report = StoreTools.restore(data, restored);

        assertThat(report.records()).isEqualTo(3);
        try (RocksDecisionLog log = open(restored)) {
            assertThat(replay(log)).isEqualTo(RECORDS);
            assertThat(log.findings()).extracting(HoldFinding::kind).containsExactly(HoldFinding.Kind.RESTORED);
            log.append(List.of(Records.started(4, 2)), true);
            log.adopt();
        }
        try (RocksDecisionLog log = open(restored)) {
            assertThat(log.findings()).isEmpty();
        }
    }

    @Test
    void nothingIsRestoredOverWhatIsThere() {
        assertThatThrownBy(() -> StoreTools.restore(data, data)).isInstanceOf(UnusableDirectoryException.class);
        assertThat(StoreTools.verify(data).records()).isEqualTo(3);
    }
}
