package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.HoldFinding;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;

/** What can be done with a store while no coordinator has it open. All throw {@link StoreException}. */
public final class StoreTools {
    private StoreTools() {}

    /**
     * What a store holds.
     *
     * @param identity which store it is
     * @param records how many records it has
     * @param lastNumber the number of the newest ever written
     * @param findings reasons for which the next start holds
     */
    public record Report(StoreIdentity identity, long records, long lastNumber, List<HoldFinding> findings) {}

    /** Writes every record as one line of JSON, those that this program cannot read too. Changes nothing. */
    public static void dump(Path directory, Consumer<String> lines) {
        read(directory, (label, store) -> {
            store.read((key, value) -> lines.accept(RecordJson.line(key, value)));
            return label;
        });
    }

    /** Reads everything and checks every checksum. Changes nothing. */
    public static Report verify(Path directory) {
        return read(directory, (label, store) -> {
            store.verifyFiles();
            long[] records = {0};
            store.read(record -> records[0]++);
            List<HoldFinding> findings = new ArrayList<>(label.findings());
            label.copied(directory)
                    .ifPresent(why -> findings.add(new HoldFinding(HoldFinding.Kind.DIRECTORY_COPIED, 0, 0, 0, why)));
            return new Report(label.identity(), records[0], store.lastNumber(), findings);
        });
    }

    /**
     * Puts a store back from a copy of its directory, which was made while no coordinator had it open. The next start
     * holds: what was decided since the copy is not in it.
     *
     * @param backup the copy; left as it is
     * @param directory where the store is to be: empty, or not there
     */
    public static Report restore(Path backup, Path directory) {
        Path from = backup.toAbsolutePath().normalize();
        Path to = directory.toAbsolutePath().normalize();
        try {
            if (Files.exists(to)
                    && !(Files.isDirectory(to) && StoreFiles.names(to).isEmpty())) {
                throw new UnusableDirectoryException(
                        to + " is not an empty directory; move what is there out of the way first", null);
            }
            // A backup that is damaged is found out before anything is made of it.
            Report report = verify(from);
            copy(from, to);
            List<HoldFinding> findings = new ArrayList<>(report.findings());
            findings.removeIf(finding -> finding.kind() == HoldFinding.Kind.DIRECTORY_COPIED);
            findings.add(new HoldFinding(
                    HoldFinding.Kind.RESTORED,
                    0,
                    0,
                    report.lastNumber(),
                    "restored from " + from + " at " + Instant.now() + "; the log ends with record "
                            + report.lastNumber()));
            // The label comes last: a restore cut short leaves no store.
            StoreLabel.write(to, true, report.identity(), findings);
            return new Report(report.identity(), report.records(), report.lastNumber(), List.copyOf(findings));
        } catch (IOException e) {
            throw new StoreException("restoring " + to + " from " + from + " failed: " + e.getMessage(), e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.resolve(StoreFiles.RECORDS));
        try (Stream<Path> files = Files.list(from.resolve(StoreFiles.RECORDS))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                copyFile(file, to.resolve(StoreFiles.RECORDS).resolve(file.getFileName()));
            }
        }
        Path mark = from.resolve(StoreFiles.MARK);
        if (Files.exists(mark)) {
            copyFile(mark, to.resolve(StoreFiles.MARK));
        }
        StoreFiles.syncDirectory(to.resolve(StoreFiles.RECORDS));
        StoreFiles.syncDirectory(to);
    }

    private static void copyFile(Path from, Path to) throws IOException {
        Files.copy(from, to);
        try (FileChannel channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** What is done with an open store. */
    private interface Reading<T> {
        T apply(StoreLabel label, RecordStore store) throws RocksDBException, IOException;
    }

    private static <T> T read(Path directory, Reading<T> reading) {
        Path path = directory.toAbsolutePath().normalize();
        try {
            StoreLabel label = StoreLabel.read(path)
                    .filter(StoreLabel::ready)
                    .orElseThrow(() -> new UnusableDirectoryException(path + " holds no store", null));
            if (!Files.exists(path.resolve(StoreFiles.LOCK))) {
                return readUnlocked(path, label, reading);
            }
            try (StoreLock lock = StoreLock.share(path)) {
                return readLocked(path, label, reading);
            }
        } catch (RocksDBException e) {
            throw StoreDirectory.unreadable(path, e);
        } catch (IOException e) {
            throw new StoreException("the store in " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a directory that no process has ever used, such as a copy: there is no file to lock, and reading makes none.
     * Whoever begins to use it meanwhile makes one.
     */
    private static <T> T readUnlocked(Path path, StoreLabel label, Reading<T> reading)
            throws RocksDBException, IOException {
        try {
            return readLocked(path, label, reading);
        } finally {
            if (Files.exists(path.resolve(StoreFiles.LOCK))) {
                refuseWhatWasRead(path);
            }
        }
    }

    private static void refuseWhatWasRead(Path path) {
        throw new StoreLockedException(
                "a process began to use the store in " + path + " while it was read, so that what was read is of no"
                        + " use: stop that process and try again",
                null);
    }

    private static <T> T readLocked(Path path, StoreLabel label, Reading<T> reading)
            throws RocksDBException, IOException {
        // Those that this program cannot read are shown too.
        boolean unsoundEnd = StoreDirectory.look(path, label, (key, value) -> {});
        try (RecordStore store = RecordStore.open(
                path.resolve(StoreFiles.RECORDS),
                unsoundEnd ? RecordStore.Mode.READ_AFTER_UNSOUND_END : RecordStore.Mode.READ)) {
            return reading.apply(label, store);
        }
    }
}
