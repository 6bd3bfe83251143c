package io.unanimous.coordinator.log;

import static io.unanimous.coordinator.log.StoreFixture.open;
import static io.unanimous.coordinator.log.StoreFixture.options;
import static io.unanimous.coordinator.log.StoreFixture.read;
import static io.unanimous.coordinator.log.StoreFixture.replay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.coordinator.core.LogRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

final class RocksDecisionLogTest {
    @TempDir
    Path scratch;

    private Path data;

    @BeforeEach
    void nameTheDirectory() {
        data = scratch.resolve("data");
    }

    @Test
    void aNewStoreHasAnIdentityAndNoRecords() {
        StoreIdentity first;
        try (RocksDecisionLog log = RocksDecisionLog.open(new StoreOptions(data, 5, 0, 0))) {
            assertThat(replay(log)).isEmpty();
            assertThat(log.lastNumber()).isZero();
            assertThat(log.findings()).isEmpty();
            first = log.identity();
        }
        assertThat(first.partition()).isEqualTo(5);
        assertThat(first.store().version()).isEqualTo(4);
        try (RocksDecisionLog log = RocksDecisionLog.open(new StoreOptions(data, 5, 0, 0))) {
            assertThat(log.identity()).isEqualTo(first);
        }
        assertThatThrownBy(() -> RocksDecisionLog.open(new StoreOptions(data, 6, 0, 0)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("partition 5");
    }

    @Test
    void whatWasAppendedIsReplayedInOrder() {
        List<LogRecord> expected = new ArrayList<>();
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            expected.add(Records.started(1, 1));
            log.append(List.copyOf(expected), true);
            for (long number = 2; number <= 300; number += 2) {
                List<LogRecord> batch = List.of(Records.decided(number), Records.finished(number + 1, number));
                log.append(batch, number % 4 == 0);
                expected.addAll(batch);
            }
        }
        assertThat(read(data)).isEqualTo(expected);
        assertThat(read(data)).isEqualTo(expected);
    }

    @Test
    void forcedAndLazyWritesAreCounted() {
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            log.append(List.of(Records.started(1, 1)), true);
            log.append(List.of(Records.decided(2), Records.decided(3)), true);
            log.append(List.of(Records.finished(4, 2)), false);
            log.append(List.of(), true);

            LogCounters counters = log.counters();
            assertThat(counters.forcedWrites()).isEqualTo(2);
            assertThat(counters.lazyWrites()).isEqualTo(1);
            assertThat(counters.records()).isEqualTo(4);
            assertThat(counters.bytes()).isGreaterThan(100);
            assertThat(log.diskBytes()).isGreaterThan(counters.bytes());
        }
    }

    @Test
    void whatIsReplayedStandsInNewTableFilesAndNotInTheWriteAheadFile() throws IOException {
        Path killed = scratch.resolve("killed");
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            log.append(List.of(Records.started(1, 1), Records.decided(2)), true);
            StoreFixture.copy(data, killed);
        }
        assertThat(StoreFixture.recordFiles(killed, "", ".log")).isNotEmpty();
        try (RocksDecisionLog log = open(killed)) {
            log.replay(record -> {
                try {
                    assertThat(StoreFixture.recordFiles(killed, "", ".log")).isEmpty();
                    assertThat(StoreFixture.recordFiles(killed, "", ".sst")).isNotEmpty();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(log.lastNumber()).isEqualTo(2);
        }
    }

    @Test
    void prunedRecordsAreGoneAndTheirNumbersAreNotUsedAgain() {
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            log.append(List.of(Records.started(1, 1), Records.decided(2), Records.finished(3, 2)), true);
            log.prune(new long[] {2, 3, 17});
            log.prune(new long[] {2, 3, 17});
            log.prune(new long[0]);
        }
        try (RocksDecisionLog log = open(data)) {
            assertThat(replay(log)).containsExactly(Records.started(1, 1));
            assertThat(log.lastNumber()).isEqualTo(3);
            assertThatThrownBy(() -> log.append(List.of(Records.decided(3)), true))
                    .isInstanceOf(LogFailedException.class);
        }
    }

    @Test
    void aNumberLeftOutOrUsedTwiceIsRefused() {
        for (long wrong : new long[] {1, 2, 4}) {
            try (RocksDecisionLog log = open(scratch.resolve("data" + wrong))) {
                replay(log);
                log.append(List.of(Records.started(1, 1), Records.decided(2)), true);

                assertThatThrownBy(() -> log.append(List.of(Records.decided(wrong)), true))
                        .isInstanceOf(LogFailedException.class)
                        .hasMessageContaining("cannot follow record 2");
            }
        }
    }

    @Test
    void afterAFailedWriteNothingIsTakenAnyMore() {
        AtomicBoolean failing = new AtomicBoolean();
        List<LogRecord> tried = new ArrayList<>();
        try (RocksDecisionLog log = RocksDecisionLog.open(options(data), store -> (records, sync) -> {
            tried.addAll(records);
            if (failing.get()) {
                throw new RocksDBException("IO error: no space left on device");
            }
            return store.append(records, sync);
        })) {
            replay(log);
            log.append(List.of(Records.started(1, 1)), true);
            failing.set(true);

            assertThatThrownBy(() -> log.append(List.of(Records.decided(2)), true))
                    .isInstanceOf(LogFailedException.class)
                    .hasMessageContaining("no space left")
                    .hasMessageContaining("unknown until the coordinator starts again");

            failing.set(false);
            assertThatThrownBy(() -> log.append(List.of(Records.decided(2)), true))
                    .isInstanceOf(LogFailedException.class);
            assertThatThrownBy(() -> log.prune(new long[] {1})).isInstanceOf(LogFailedException.class);
            assertThatThrownBy(log::adopt).isInstanceOf(LogFailedException.class);
            assertThat(tried).containsExactly(Records.started(1, 1), Records.decided(2));
            assertThat(log.counters().forcedWrites()).isEqualTo(1);
        }
        assertThat(read(data)).containsExactly(Records.started(1, 1));
    }

    @Test
    void aWriteThatFailsAfterItsBytesWereWrittenMayBeFoundByTheNextStart() {
        try (RocksDecisionLog log = RocksDecisionLog.open(options(data), store -> (records, sync) -> {
            store.append(records, sync);
            throw new RocksDBException("IO error: while syncing");
        })) {
            replay(log);
            assertThatThrownBy(() -> log.append(List.of(Records.started(1, 1)), true))
                    .isInstanceOf(LogFailedException.class);
        }
        assertThat(read(data)).containsExactly(Records.started(1, 1));
    }

    @Test
    void aConsumerThatThrowsStopsTheLog() {
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            log.append(List.of(Records.started(1, 1)), true);
        }
        try (RocksDecisionLog log = open(data)) {
            assertThatThrownBy(() -> log.replay(record -> {
                        throw new IllegalStateException("illegal event");
                    }))
                    .isInstanceOf(LogFailedException.class)
                    .hasRootCauseMessage("illegal event");
            assertThatThrownBy(() -> log.append(List.of(Records.decided(2)), true))
                    .isInstanceOf(LogFailedException.class);
        }
    }

    @Test
    void theOrderOfUseIsKept() {
        RocksDecisionLog log = open(data);
        assertThatThrownBy(() -> log.append(List.of(Records.started(1, 1)), true))
                .isInstanceOf(IllegalStateException.class);
        replay(log);
        assertThatThrownBy(() -> replay(log)).isInstanceOf(IllegalStateException.class);
        log.close();
        log.close();
        assertThatThrownBy(() -> log.append(List.of(Records.started(1, 1)), true))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRecordOfANewerVersionStopsTheStartAndStaysAsItIs() throws RocksDBException {
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            log.append(List.of(Records.started(1, 1)), true);
        }
        RecordStoreTampering.put(data, RecordCodec.key(2), new byte[] {9, 8, 7});

        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> read(data))
                    .isInstanceOf(UnknownRecordVersionException.class)
                    .hasMessageContaining("record 2")
                    .hasMessageContaining("store dump");
        }
    }

    @Test
    void aRecordThatFailsItsChecksumStopsTheStart() throws RocksDBException {
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            log.append(List.of(Records.started(1, 1)), true);
        }
        RecordStoreTampering.put(data, RecordCodec.key(2), RecordCodec.value(Records.decided(3)));

        assertThatThrownBy(() -> read(data))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("record 2");
    }

    @Test
    void aBigStoreIsReplayedWhole() throws IOException {
        // More than a memtable holds, so that write-ahead files are switched and table files compacted.
        int records = 400;
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            for (long number = 1; number <= records; number++) {
                log.append(List.of(Records.decided(number, 120_000)), false);
            }
        }
        assertThat(StoreFixture.recordFiles(data, "", ".sst")).isNotEmpty();
        long[] next = {1};
        try (RocksDecisionLog log = open(data)) {
            log.replay(record -> assertThat(record.number()).isEqualTo(next[0]++));
        }
        assertThat(next[0]).isEqualTo(records + 1);
        assertThat(Files.exists(data.resolve(StoreFiles.RESERVE))).isFalse();
    }
}
