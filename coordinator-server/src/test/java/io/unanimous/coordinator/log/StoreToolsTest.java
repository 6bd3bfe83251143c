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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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

    /** A copy need not hold the lock's file; the medium that it is on may not be written at all. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readingChangesNothing(boolean neverUsed) throws IOException {
        if (neverUsed) {
            Files.delete(data.resolve(StoreFiles.LOCK));
        }
        Map<String, String> before = everyFile();

        StoreTools.dump(data, line -> {});
        assertThat(everyFile()).isEqualTo(before);
        StoreTools.verify(data);
        assertThat(everyFile()).isEqualTo(before);
        StoreTools.restore(data, scratch.resolve("restored"));
        assertThat(everyFile()).isEqualTo(before);
    }

    @Test
    void whatComesIntoUseWhileItIsReadIsRefused() throws IOException {
        Files.delete(data.resolve(StoreFiles.LOCK));
        List<RocksDecisionLog> users = new ArrayList<>();
        try {
            assertThatThrownBy(() -> StoreTools.dump(data, line -> {
                        if (users.isEmpty()) {
                            users.add(open(data));
                        }
                    }))
                    .isInstanceOf(StoreLockedException.class)
                    .hasMessageContaining("began to use");
        } finally {
            users.forEach(RocksDecisionLog::close);
        }
        assertThat(StoreTools.verify(data).records()).isEqualTo(3);
    }

    @Test
    void nobodyUsesAStoreThatIsBeingRead() {
        StoreTools.dump(data, line -> assertThatThrownBy(() -> open(data)).isInstanceOf(StoreLockedException.class));
    }

    /** Each file and directory by its name, with its content and the time of its last change. */
    private Map<String, String> everyFile() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(data)) {
            for (Path path : paths.toList()) {
                String content = Files.isDirectory(path) ? "directory" : Arrays.toString(Files.readAllBytes(path));
                all.put(data.relativize(path).toString(), Files.getLastModifiedTime(path) + " " + content);
            }
        }
        return all;
    }

    @Test
    void nothingIsRestoredOverWhatIsThere() {
        assertThatThrownBy(() -> StoreTools.restore(data, data)).isInstanceOf(UnusableDirectoryException.class);
        assertThat(StoreTools.verify(data).records()).isEqualTo(3);
    }
}
