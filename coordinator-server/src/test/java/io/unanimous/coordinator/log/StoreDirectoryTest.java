package io.unanimous.coordinator.log;

import static io.unanimous.coordinator.log.StoreFixture.open;
import static io.unanimous.coordinator.log.StoreFixture.read;
import static io.unanimous.coordinator.log.StoreFixture.replay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

final class StoreDirectoryTest {
    private static final List<LogRecord> RECORDS = List.of(Records.started(1, 1), Records.decided(2));

    @TempDir
    Path scratch;

    private Path data;

    @BeforeEach
    void nameTheDirectory() {
        data = scratch.resolve("data");
    }

    private void makeStore() {
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            log.append(RECORDS, true);
        }
    }

    // ---- one at a time ------------------------------------------------------------------------------------------

    @Test
    void aSecondOpenerIsToldWhoHasTheStore() {
        try (RocksDecisionLog log = open(data)) {
            replay(log);

            assertThatThrownBy(() -> open(data))
                    .isInstanceOf(StoreLockedException.class)
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid());

            log.append(RECORDS, true);
        }
        assertThat(read(data)).isEqualTo(RECORDS);
    }

    @Test
    void aSecondProcessIsRefused() throws IOException, InterruptedException {
        makeStore();
        try (RocksDecisionLog log = open(data)) {
            replay(log);
            Path output = scratch.resolve("output");
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            SecondOpener.class.getName(),
                            data.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            } finally {
                process.destroyForcibly();
            }
            assertThat(Files.readString(output))
                    .contains(StoreLockedException.class.getSimpleName())
                    .contains("process " + ProcessHandle.current().pid());
        }
    }

    /** Opens a store in a process of its own, and says what came of it. */
    static final class SecondOpener {
        private SecondOpener() {}

        public static void main(String[] arguments) {
            try (RocksDecisionLog log = open(Path.of(arguments[0]))) {
                System.out.println("opened " + log.identity());
            } catch (StoreException e) {
                System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }
    }

    // ---- directories that will not do ---------------------------------------------------------------------------

    @Test
    void aFileIsNoDirectory() throws IOException {
        Files.writeString(data, "text");

        assertThatThrownBy(() -> open(data))
                .isInstanceOf(UnusableDirectoryException.class)
                .hasMessageContaining("not a directory");
        assertThat(data).hasContent("text");
    }

    @Test
    void aDirectoryWhoseParentIsMissingIsNotCreated() {
        assertThatThrownBy(() -> open(data.resolve("deeper")))
                .isInstanceOf(UnusableDirectoryException.class)
                .hasMessageContaining("parent");
        assertThat(data).doesNotExist();
    }

    @Test
    void aDirectoryWithOtherFilesIsLeftAlone() throws IOException {
        Files.createDirectory(data);
        Files.writeString(data.resolve("thesis.tex"), "text");

        assertThatThrownBy(() -> open(data))
                .isInstanceOf(UnusableDirectoryException.class)
                .hasMessageContaining("thesis.tex");
        assertThat(StoreFiles.names(data)).containsExactly("thesis.tex");
    }

    @Test
    void anUnwritableDirectoryIsNamed() throws IOException {
        Files.createDirectory(data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        assumeTrue(!Files.isWritable(data), "root may write everywhere");

        assertThatThrownBy(() -> open(data))
                .isInstanceOf(UnusableDirectoryException.class)
                .hasMessageContaining("permission");
    }

    @Test
    void aDirectoryOnAReadOnlyFileSystemIsNamed() {
        // sysfs takes no new files, not even from root.
        Path sysfs = Path.of("/sys/fs");
        assumeTrue(Files.isDirectory(sysfs));

        assertThatThrownBy(() -> open(sysfs.resolve("unanimous-test")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("unanimous-test");
    }

    // ---- formats ------------------------------------------------------------------------------------------------

    @Test
    void aStoreOfANewerFormatIsLeftAsItIs() throws IOException {
        makeStore();
        Path label = data.resolve(StoreFiles.LABEL);
        Files.writeString(label, "unanimous-store 2\nwhatever that version says\n");
        Map<String, String> before = contents();

        assertThatThrownBy(() -> open(data))
                .isInstanceOf(NewerFormatException.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("newer version");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void theLabelIsReadBackAsItWasWritten() throws IOException {
        Files.createDirectory(data);
        StoreIdentity identity = new StoreIdentity(UUID.randomUUID(), 7, StoreLabel.FORMAT);
        List<HoldFinding> findings = List.of(
                new HoldFinding(HoldFinding.Kind.RESTORED, 1, 2, 3, "two words, a\nline and = % ä"),
                new HoldFinding(HoldFinding.Kind.DIRECTORY_COPIED, 0, 0, 0, ""));
        StoreLabel written = StoreLabel.write(data, true, identity, findings);

        assertThat(StoreLabel.read(data)).contains(written);
        assertThat(written.findings()).isEqualTo(findings);
        assertThat(written.copied(data)).isEmpty();
    }

    // ---- creation cut short -------------------------------------------------------------------------------------

    @Test
    void aCreationCutShortAnywhereIsTakenUpAgain() throws IOException {
        // Nothing but the lock, and half a label.
        Files.createDirectory(data);
        Files.writeString(data.resolve(StoreFiles.LOCK), "");
        Files.writeString(data.resolve(StoreFiles.LABEL_NEW), "unanim");
        requireUsable();

        // A first label.
        firstLabel();
        requireUsable();

        // And an empty directory for records, or some first files of them, or all of them.
        firstLabel();
        Files.createDirectory(data.resolve(StoreFiles.RECORDS));
        requireUsable();
        firstLabel();
        Files.createDirectory(data.resolve(StoreFiles.RECORDS));
        Files.writeString(data.resolve(StoreFiles.RECORDS).resolve("CURRENT"), "MANIF");
        requireUsable();
        firstLabel();
        makeUnclaimedRecords();
        requireUsable();
    }

    private void firstLabel() throws IOException {
        StoreFixture.delete(data);
        Files.createDirectory(data);
        StoreLabel.write(data, false, new StoreIdentity(UUID.randomUUID(), 0, StoreLabel.FORMAT), List.of());
    }

    private void makeUnclaimedRecords() {
        try (RecordStore store = RecordStore.open(data.resolve(StoreFiles.RECORDS), RecordStore.Mode.CREATE)) {
            store.flush();
        } catch (RocksDBException e) {
            throw new AssertionError(e);
        }
    }

    private void requireUsable() {
        assertThat(read(data)).isEmpty();
        makeStore();
        assertThat(read(data)).isEqualTo(RECORDS);
    }

    @Test
    void recordsAreNeverThrownAwayWhateverTheLabelSays() throws IOException {
        makeStore();
        StoreIdentity identity = StoreLabel.read(data).orElseThrow().identity();
        StoreLabel.write(data, false, identity, List.of());

        assertThatThrownBy(() -> open(data))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("it has records");

        Files.delete(data.resolve(StoreFiles.LABEL));
        assertThatThrownBy(() -> open(data))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("no file unanimous.store");

        StoreLabel.write(data, true, identity, List.of());
        assertThat(read(data)).isEqualTo(RECORDS);
    }

    @Test
    void aStoreWithoutItsRecordsIsRefused() throws IOException {
        makeStore();
        StoreFixture.delete(data.resolve(StoreFiles.RECORDS));

        assertThatThrownBy(() -> open(data)).isInstanceOf(CorruptLogException.class);
        assertThat(data.resolve(StoreFiles.RECORDS)).doesNotExist();
    }

    @Test
    void theRecordsOfAnotherStoreAreRefused() throws IOException {
        makeStore();
        StoreLabel.write(data, true, new StoreIdentity(UUID.randomUUID(), 0, StoreLabel.FORMAT), List.of());

        assertThatThrownBy(() -> open(data))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("two stores");
    }

    // ---- copies -------------------------------------------------------------------------------------------------

    @Test
    void aCopyIsFoundOutUntilItIsAdopted() throws IOException {
        makeStore();
        Path copy = scratch.resolve("copy");
        StoreFixture.copy(data, copy);

        List<HoldFinding> first;
        try (RocksDecisionLog log = open(copy)) {
            first = log.findings();
            assertThat(first).hasSize(1);
            assertThat(first.get(0).kind()).isEqualTo(HoldFinding.Kind.DIRECTORY_COPIED);
        }
        try (RocksDecisionLog log = open(copy)) {
            assertThat(replay(log)).isEqualTo(RECORDS);
            assertThat(log.findings()).isEqualTo(first);
            log.append(List.of(Records.started(3, 2)), true);
            log.adopt();
            assertThat(log.findings()).isEmpty();
        }
        try (RocksDecisionLog log = open(copy)) {
            assertThat(log.findings()).isEmpty();
        }
        try (RocksDecisionLog log = open(data)) {
            assertThat(log.findings()).isEmpty();
        }
    }

    /** ext4 gives the copy the very inodes of what was deleted: the inode alone would not do. */
    @Test
    void aStoreThatWasDeletedAndCopiedBackIsFoundOut() throws IOException {
        makeStore();
        Path backup = scratch.resolve("backup");
        StoreFixture.copy(data, backup);
        StoreFixture.delete(data);
        StoreFixture.copy(backup, data);

        try (RocksDecisionLog log = open(data)) {
            assertThat(log.findings()).extracting(HoldFinding::kind).containsExactly(HoldFinding.Kind.DIRECTORY_COPIED);
        }
    }

    @Test
    void aStoreWhoseFilesWereCopiedBackIntoItsDirectoryIsFoundOut() throws IOException {
        makeStore();
        Path backup = scratch.resolve("backup");
        StoreFixture.copy(data, backup);
        for (String name : StoreFiles.names(data)) {
            StoreFixture.delete(data.resolve(name));
        }
        StoreFixture.copy(backup, data);

        try (RocksDecisionLog log = open(data)) {
            assertThat(log.findings()).extracting(HoldFinding::kind).containsExactly(HoldFinding.Kind.DIRECTORY_COPIED);
        }
    }

    @Test
    void aStoreThatWasMovedIsTheSame() throws IOException {
        makeStore();
        Path moved = scratch.resolve("moved");
        Files.move(data, moved);

        try (RocksDecisionLog log = open(moved)) {
            assertThat(log.findings()).isEmpty();
            assertThat(replay(log)).isEqualTo(RECORDS);
        }
    }

    /** Every file of the store with a checksum of its bytes. */
    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith(StoreFiles.LOCK)) {
                    CRC32C crc = new CRC32C();
                    crc.update(Files.readAllBytes(file));
                    contents.put(data.relativize(file).toString(), Long.toHexString(crc.getValue()));
                }
            }
        }
        assertThat(new String(Files.readAllBytes(data.resolve(StoreFiles.LABEL)), StandardCharsets.UTF_8))
                .isNotEmpty();
        return contents;
    }
}
