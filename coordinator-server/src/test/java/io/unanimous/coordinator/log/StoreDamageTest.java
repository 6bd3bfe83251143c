package io.unanimous.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.unanimous.coordinator.core.LogRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a start makes of damaged files: it finds every record that was on disk, or refuses. An image of a killed store is
 * copied, damaged in one place, and opened.
 */
final class StoreDamageTest {
    /** Table files with records 1 to 6, then a write-ahead file with five batches of two, 7 to 16. */
    private static final int IN_TABLES = 6;

    private static final int LAST = 16;

    /** Where a start syncs files, every so manieth byte is damaged, not each. */
    private static final int STRIDE = 7;

    @TempDir
    static Path scratch;

    private static final List<LogRecord> records = new ArrayList<>();
    private static Path image;
    private static Path damaged;

    @BeforeAll
    static void makeAnImage() throws IOException {
        Path data = scratch.resolve("data");
        image = scratch.resolve("image");
        damaged = scratch.resolve("damaged");
        records.clear();
        try (RocksDecisionLog log = StoreFixture.open(data)) {
            StoreFixture.replay(log);
            append(log, Records.started(1, 1), Records.decided(2));
            append(log, Records.decided(3), Records.decided(4));
            append(log, Records.decided(5), Records.decided(6));
        }
        try (RocksDecisionLog log = StoreFixture.open(data)) {
            assertThat(StoreFixture.replay(log)).hasSize(IN_TABLES);
            for (long number = IN_TABLES + 1; number < LAST; number += 2) {
                append(log, Records.decided(number), Records.decided(number + 1));
            }
            StoreFixture.copy(data, image);
        }
    }

    private static void append(RocksDecisionLog log, LogRecord... batch) {
        log.append(List.of(batch), true);
        records.addAll(List.of(batch));
    }

    @Test
    void aKilledStoreIsReadWhole() throws IOException {
        assertThat(open(Damage.none())).contains(records);
    }

    @Test
    void theWriteAheadFileCutAnywhereWithItsMarkIsRefused() throws IOException {
        Path wal = wal();
        int length = (int) Files.size(wal);
        for (int cut = length - 1; cut >= 0; cut -= STRIDE) {
            assertThat(open(Damage.cut(wal, cut))).as("cut at %d", cut).isEmpty();
        }
    }

    /** A power cut may leave the mark behind: what it does not vouch for was not synced, as far as anybody knows. */
    @Test
    void theWriteAheadFileCutAnywhereWithoutItsMarkGivesWholeBatches() throws IOException {
        Path wal = wal();
        int length = (int) Files.size(wal);
        int seen = LAST;
        int everyByteFrom = length - batchBytes() - 1;
        for (int cut = length; cut >= 0; cut -= cut > everyByteFrom ? 1 : 3 * STRIDE) {
            Optional<List<LogRecord>> found = open(Damage.cut(wal, cut).withoutMark());

            assertThat(found).as("cut at %d", cut).isPresent();
            assertThat(found.get())
                    .as("cut at %d", cut)
                    .isEqualTo(records.subList(0, found.get().size()));
            assertThat(found.get().size() % 2)
                    .as("half a batch, cut at %d", cut)
                    .isZero();
            assertThat(found.get().size()).as("cut at %d", cut).isLessThanOrEqualTo(seen);
            seen = found.get().size();
        }
        assertThat(open(Damage.cut(wal, 0).withoutMark())).contains(records.subList(0, IN_TABLES));
    }

    /** Also where RocksDB itself opens without a word: a changed length makes it drop all that follows. */
    @Test
    void aChangedByteBeforeTheLastBatchOfTheWriteAheadFileIsRefused() throws IOException {
        Path wal = wal();
        int lastBatch = (int) Files.size(wal) - batchBytes();
        for (int at = 0; at < lastBatch; at++) {
            for (int bits : new int[] {0x01, 0x80}) {
                assertThat(open(Damage.flip(wal, at, bits).withoutMark()))
                        .as("byte %d ^ %x", at, bits)
                        .isEmpty();
            }
        }
    }

    @Test
    void aChangedByteInTheLastBatchIsRefusedWithItsMarkAndCutsItOffWithout() throws IOException {
        Path wal = wal();
        int length = (int) Files.size(wal);
        List<LogRecord> withoutLast = records.subList(0, LAST - 2);
        for (int at = length - batchBytes(); at < length; at += STRIDE) {
            Damage flip = Damage.flip(wal, at, 0x55);

            assertThat(open(flip)).as("byte %d", at).isEmpty();
            assertThat(open(flip.withoutMark())).as("byte %d", at).contains(withoutLast);
        }
    }

    /** What a power cut may leave of a write in flight: its room, and zeros in it. */
    @Test
    void zerosInPlaceOfTheLastBatchCutItOff() throws IOException {
        Path wal = wal();
        int length = (int) Files.size(wal);
        List<LogRecord> withoutLast = records.subList(0, LAST - 2);
        for (int at = length - batchBytes(); at < length; at += STRIDE) {
            assertThat(open(Damage.zeros(wal, at, length - at + 5_000).withoutMark()))
                    .as("zeros from %d", at)
                    .contains(withoutLast);
        }
        assertThat(open(Damage.zeros(wal, length, 5_000))).contains(records);
    }

    @Test
    void aMissingWriteAheadFileIsRefused() throws IOException {
        assertThat(open(Damage.missing(wal()))).isEmpty();
    }

    @Test
    void aCutOrMissingManifestIsRefusedOrHarmless() throws IOException {
        Path manifest = only("MANIFEST-", "");
        for (int cut = (int) Files.size(manifest) - 1; cut >= 0; cut -= 2) {
            requireAllOrNothing(Damage.cut(manifest, cut));
        }
        assertThat(open(Damage.missing(manifest))).isEmpty();
        assertThat(open(Damage.missing(only("CURRENT", "")))).isEmpty();
    }

    @Test
    void aRefusedStoreIsLeftAsItWas() throws IOException {
        // RocksDB, opened for writing with this manifest, would delete the table files that it does not name.
        Path manifest = only("MANIFEST-", "");
        assertThat(open(Damage.cut(manifest, (int) Files.size(manifest) / 2))).isEmpty();

        assertThat(StoreFixture.recordFiles(damaged, "", ".sst"))
                .hasSameSizeAs(StoreFixture.recordFiles(image, "", ".sst"));
        assertThat(Files.size(damaged.resolve(StoreFiles.RECORDS).resolve(wal().getFileName())))
                .isEqualTo(Files.size(wal()));
    }

    @Test
    void aChangedByteInTheManifestOrATableIsRefusedOrHarmless() throws IOException {
        List<Path> files = new ArrayList<>(StoreFixture.recordFiles(image, "", ".sst"));
        files.add(only("MANIFEST-", ""));
        files.add(only("CURRENT", ""));
        for (Path file : files) {
            for (int at = 0; at < Files.size(file); at += STRIDE) {
                requireAllOrNothing(Damage.flip(file, at, 0x24));
            }
        }
    }

    @Test
    void aMissingTableIsRefused() throws IOException {
        for (Path table : StoreFixture.recordFiles(image, "", ".sst")) {
            assertThat(open(Damage.missing(table))).isEmpty();
        }
    }

    @Test
    void aChangedByteInTheLabelIsRefused() throws IOException {
        Path label = image.resolve(StoreFiles.LABEL);
        for (int at = 0; at < Files.size(label); at++) {
            assertThat(open(Damage.flip(label, at, 0x04))).as("byte %d", at).isEmpty();
        }
    }

    @Test
    void aChangedByteInTheMarkIsNoEvidence() throws IOException {
        Path mark = image.resolve(StoreFiles.MARK);
        for (int at = 0; at < Files.size(mark); at++) {
            assertThat(open(Damage.flip(mark, at, 0x11))).as("byte %d", at).contains(records);
        }
    }

    @Test
    void theMessageSaysWhatIsGoneAndWhatToDo() throws IOException {
        Damage.cut(wal(), 1).apply();

        assertThatThrownBy(() -> StoreFixture.read(damaged))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("record " + LAST + " of epoch 1 was on disk")
                .hasMessageContaining("ends with record " + IN_TABLES)
                .hasMessageContaining("tx-coordinator store restore")
                .message()
                .doesNotContain("\n");
    }

    private static void requireAllOrNothing(Damage damage) throws IOException {
        open(damage).ifPresent(found -> assertThat(found).as("%s", damage).isEqualTo(records));
    }

    /** What a start finds in the damaged store; empty when it refuses. */
    private static Optional<List<LogRecord>> open(Damage damage) throws IOException {
        damage.apply();
        try {
            return Optional.of(StoreFixture.read(damaged));
        } catch (StoreException e) {
            if (e.getMessage().contains("\n")) {
                return fail("more than one line: " + e.getMessage());
            }
            return Optional.empty();
        }
    }

    private static Path wal() throws IOException {
        return only("", ".log");
    }

    private static int batchBytes() throws IOException {
        return (int) Files.size(wal()) / ((LAST - IN_TABLES) / 2);
    }

    private static Path only(String prefix, String suffix) throws IOException {
        List<Path> files = StoreFixture.recordFiles(image, prefix, suffix);
        assertThat(files).hasSize(1);
        return files.get(0);
    }

    /** One change to one file of a fresh copy of the image. */
    private record Damage(Path file, Change change, boolean mark, String text) {
        private interface Change {
            void apply(Path file) throws IOException;
        }

        static Damage none() {
            return new Damage(image, file -> {}, true, "nothing");
        }

        static Damage cut(Path file, int length) {
            return of(file, "cut to " + length, copy -> {
                try (RandomAccessFile bytes = new RandomAccessFile(copy.toFile(), "rw")) {
                    bytes.setLength(length);
                }
            });
        }

        static Damage flip(Path file, int at, int bits) {
            return of(file, "flipped at " + at, copy -> {
                try (RandomAccessFile bytes = new RandomAccessFile(copy.toFile(), "rw")) {
                    bytes.seek(at);
                    int before = bytes.read();
                    bytes.seek(at);
                    bytes.write(before ^ bits);
                }
            });
        }

        static Damage zeros(Path file, int at, int count) {
            return of(file, "zeros at " + at, copy -> {
                try (RandomAccessFile bytes = new RandomAccessFile(copy.toFile(), "rw")) {
                    bytes.seek(at);
                    bytes.write(new byte[count]);
                }
            });
        }

        static Damage missing(Path file) {
            return of(file, "missing", Files::delete);
        }

        private static Damage of(Path file, String what, Change change) {
            return new Damage(file, change, true, file.getFileName() + " " + what);
        }

        Damage withoutMark() {
            return new Damage(file, change, false, text);
        }

        void apply() throws IOException {
            StoreFixture.delete(damaged);
            StoreFixture.copy(image, damaged);
            if (!mark) {
                Files.delete(damaged.resolve(StoreFiles.MARK));
            }
            change.apply(damaged.resolve(image.relativize(file).toString()));
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
