package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.HoldFinding;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * A data directory that this process has locked: creates the store in it, checks it, and opens its records.
 *
 * <p>Creation may be cut short anywhere. First comes a label that is not ready; then the records, empty and claimed; then
 * the label again, ready. Each is on disk before the next begins, and no record is written before the last. So a label
 * that is not ready stands over records that nobody has used, which are made anew; no label and nothing else is an empty
 * directory; and records without a label were not left by us, and are never touched.
 *
 * <p>Nothing of an existing store is changed before it was looked through and every record of it could be read, so that
 * a start that is refused leaves all files as they are. RocksDB, for one, deletes the table files that its manifest does
 * not name, so a store with a cut manifest must not be opened for writing at all. Only then does the lock say whose it is,
 * is the mark made, are the records opened for writing, and is the label written anew. A process that dies in between
 * leaves a lock that names it, which is then taken for nobody's, an empty mark, which says nothing, or records that
 * RocksDB has written anew, the same ones; the reserve is made last, when all was read back, and made anew if it is cut.
 */
final class StoreDirectory implements AutoCloseable {
    private final Path path;
    private final StoreLock lock;
    private final SpaceGuard spaceGuard;
    private final SyncMark mark;
    private final boolean unsoundEnd;
    private StoreLabel label;
    private volatile List<HoldFinding> findings;

    private StoreDirectory(
            Path path, StoreLock lock, StoreLabel label, boolean unsoundEnd, SpaceGuard spaceGuard, SyncMark mark) {
        this.path = path;
        this.lock = lock;
        this.label = label;
        this.unsoundEnd = unsoundEnd;
        this.spaceGuard = spaceGuard;
        this.mark = mark;
        this.findings = label.findings();
    }

    /** Locks a directory and looks through its store, or writes the first label of a new one. */
    static StoreDirectory open(StoreOptions options) {
        Path path = options.directory().toAbsolutePath().normalize();
        try {
            createIfMissing(path);
            // Before the lock too, whose file may have to be made.
            readLabel(path, options);
            StoreLock lock = StoreLock.acquire(path);
            try {
                return open(path, lock, options);
            } catch (RocksDBException | IOException | RuntimeException | Error e) {
                lock.close();
                throw e;
            }
        } catch (RocksDBException e) {
            throw unreadable(path, e);
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    private static StoreDirectory open(Path path, StoreLock lock, StoreOptions options)
            throws RocksDBException, IOException {
        // Once more: until the lock was ours, another process may have been at work here.
        Optional<StoreLabel> present = readLabel(path, options);
        boolean unsoundEnd = present.isPresent() && look(path, present.get());
        // Accepted.
        lock.nameHolder();
        SpaceGuard spaceGuard = new SpaceGuard(
                path.resolve(StoreFiles.RESERVE),
                options.reserveBytes(),
                options.lowSpaceBytes(),
                () -> Files.getFileStore(path).getUsableSpace());
        // Reading the log back writes it anew, which needs room.
        spaceGuard.check();
        StoreLabel label = present.isPresent() ? present.get() : firstLabel(path, options.partition());
        return new StoreDirectory(path, lock, label, unsoundEnd, spaceGuard, SyncMark.open(path));
    }

    /** Reads the label of a directory that can be used; empty where no store is yet. Changes nothing. */
    private static Optional<StoreLabel> readLabel(Path path, StoreOptions options) throws IOException {
        requireUsable(path);
        requireWritable(path, path);
        Path records = path.resolve(StoreFiles.RECORDS);
        if (Files.isDirectory(records)) {
            requireWritable(path, records);
        }
        Optional<StoreLabel> label = StoreLabel.read(path);
        if (label.isPresent()) {
            requirePartition(path, label.get(), options.partition());
        }
        return label;
    }

    /** RocksDB would find out when it has written half of what it writes at its opening. */
    private static void requireWritable(Path path, Path directory) {
        if (!Files.isWritable(directory)) {
            throw new UnusableDirectoryException(
                    "the data directory " + path + " cannot be used: no permission to write to " + directory
                            + "; let the user of tx-coordinator read and write it, or choose another with --data-dir",
                    null);
        }
    }

    /**
     * Looks through a store that is to be opened for writing, and whose records this program must be able to read.
     *
     * @return whether its newest write-ahead file ends with an unsound record
     */
    private static boolean look(Path path, StoreLabel label) throws RocksDBException, IOException {
        if (label.ready()) {
            return look(path, label, RecordCodec::decode);
        }
        if (Files.exists(path.resolve(StoreFiles.RECORDS))) {
            requireUnused(path);
        }
        return false;
    }

    private static void createIfMissing(Path path) throws IOException {
        if (Files.exists(path)) {
            return;
        }
        Path parent = path.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new UnusableDirectoryException(
                    "the data directory " + path + " cannot be created: its parent is not there or is no directory;"
                            + " create the parent first",
                    null);
        }
        Files.createDirectory(path);
        StoreFiles.syncDirectory(parent);
    }

    private static void requireUsable(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            throw new UnusableDirectoryException(
                    "the data directory " + path + " is not a directory; choose another with --data-dir", null);
        }
        List<String> names = StoreFiles.names(path);
        if (names.contains(StoreFiles.LABEL)) {
            return;
        }
        if (names.contains(StoreFiles.RECORDS)) {
            throw new CorruptLogException(
                    "the directory " + path + " has records but no file " + StoreFiles.LABEL
                            + ": put the store back from a backup, with `tx-coordinator store restore`",
                    null);
        }
        List<String> foreign = names.stream()
                .filter(name -> !StoreFiles.BEFORE_CREATION.contains(name))
                .limit(3)
                .toList();
        if (!foreign.isEmpty()) {
            throw new UnusableDirectoryException(
                    "the data directory " + path + " holds no store, and is not empty: it has "
                            + String.join(", ", foreign) + "; choose an empty one with --data-dir",
                    null);
        }
    }

    private static void requirePartition(Path path, StoreLabel label, int partition) {
        if (label.identity().partition() != partition) {
            throw new StoreException(
                    "the store in " + path + " is of partition "
                            + label.identity().partition() + ", not of " + partition,
                    null);
        }
    }

    private static StoreLabel firstLabel(Path path, int partition) throws IOException {
        return StoreLabel.write(
                path, false, new StoreIdentity(UUID.randomUUID(), partition, StoreLabel.FORMAT), List.of());
    }

    private static StoreException unusable(Path path, IOException e) {
        if (e instanceof AccessDeniedException || (e instanceof FileSystemException f && refusesWrites(f))) {
            return new UnusableDirectoryException(
                    "the data directory " + path + " cannot be used: " + describe(e)
                            + "; let the user of tx-coordinator read and write it, or choose another with --data-dir",
                    e);
        }
        return new StoreException("the store in " + path + " cannot be opened: " + describe(e), e);
    }

    private static boolean refusesWrites(FileSystemException e) {
        String reason = e.getReason();
        return reason != null && (reason.contains("Read-only") || reason.contains("not permitted"));
    }

    private static String describe(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return "no permission for " + denied.getFile();
        }
        return String.valueOf(e.getMessage());
    }

    /** Opens the records for writing, and creates them in a new store. */
    RecordStore openRecords() {
        try {
            return label.ready() ? openExisting() : create();
        } catch (RocksDBException e) {
            throw unreadable(path, e);
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    private RecordStore create() throws RocksDBException, IOException {
        Path records = path.resolve(StoreFiles.RECORDS);
        if (Files.exists(records)) {
            StoreFiles.deleteTree(records);
        }
        RecordStore store = RecordStore.open(records, RecordStore.Mode.CREATE);
        return complete(store, () -> {
            store.claim(label.identity());
            store.flush();
            StoreFiles.syncDirectory(path);
            label = StoreLabel.write(path, true, label.identity(), List.of());
        });
    }

    /** A second look before files are deleted: whatever the label says, records are never thrown away. */
    private static void requireUnused(Path path) {
        try (RecordStore store = RecordStore.open(path.resolve(StoreFiles.RECORDS), RecordStore.Mode.READ)) {
            if (store.lastNumber() > 0) {
                throw new CorruptLogException(
                        "the label of the store in " + path
                                + " says that it was never completed, but it has records: put"
                                + " the store back from a backup, with `tx-coordinator store restore`",
                        null);
            }
        } catch (RocksDBException e) {
            // Cut short while its first files were written, it cannot be opened.
            return;
        }
    }

    private RecordStore openExisting() throws RocksDBException, IOException {
        Path records = path.resolve(StoreFiles.RECORDS);
        RecordStore store = RecordStore.open(
                records, unsoundEnd ? RecordStore.Mode.WRITE_AFTER_UNSOUND_END : RecordStore.Mode.WRITE);
        return complete(store, () -> {
            List<HoldFinding> reasons = new ArrayList<>(label.findings());
            label.copied(path).map(StoreDirectory::copiedFinding).ifPresent(reasons::add);
            // Written anew like all that was read back (P8): the label's last writing may have failed halfway.
            label = StoreLabel.write(path, true, label.identity(), reasons);
            findings = label.findings();
        });
    }

    /**
     * Looks through a store without changing anything.
     *
     * @param each gets every record
     * @return whether its newest write-ahead file ends with an unsound record
     */
    static boolean look(Path path, StoreLabel label, RecordStore.Entries each) throws RocksDBException, IOException {
        Path records = path.resolve(StoreFiles.RECORDS);
        if (!Files.isDirectory(records)) {
            throw new CorruptLogException(
                    "the store in " + path + " has lost its directory " + StoreFiles.RECORDS
                            + ": put the store back from a backup, with `tx-coordinator store restore`",
                    null);
        }
        boolean unsoundEnd = WalScan.endsUnsound(records);
        try (RecordStore store = RecordStore.open(
                records, unsoundEnd ? RecordStore.Mode.READ_AFTER_UNSOUND_END : RecordStore.Mode.READ)) {
            if (!store.belongsTo(label.identity()).orElse(false)) {
                throw new CorruptLogException(
                        "the records in " + records + " are not those of store "
                                + label.identity().store() + ": files of two stores were mixed",
                        null);
            }
            requireUpToMark(path, store.lastNumber(), SyncMark.read(path));
            requireNoHoles(path, store, each);
        }
        return unsoundEnd;
    }

    private static void requireUpToMark(Path path, long last, Optional<SyncMark.Position> mark) {
        if (mark.isPresent() && mark.get().number() > last) {
            throw new CorruptLogException(
                    "the newest records of the store in " + path + " are gone: record "
                            + mark.get().number() + " of epoch " + mark.get().epoch()
                            + " was on disk, and the log ends with record " + last
                            + "; put the store back from a backup, with `tx-coordinator store restore`",
                    null);
        }
    }

    /** RocksDB itself leaves holes: a manifest whose last entry is damaged is read as one that ends before it. */
    private static void requireNoHoles(Path path, RecordStore store, RecordStore.Entries each) throws RocksDBException {
        long missing = store.missing(each);
        if (missing != 0) {
            throw new CorruptLogException(
                    "records in the midst of the store in " + path + " are gone: up to record " + store.lastNumber()
                            + ", there are " + Math.abs(missing) + (missing > 0 ? " too few" : " too many")
                            + "; put the store back from a backup, with `tx-coordinator store restore`",
                    null);
        }
    }

    private static HoldFinding copiedFinding(String why) {
        return new HoldFinding(HoldFinding.Kind.DIRECTORY_COPIED, 0, 0, 0, why + ", found at " + Instant.now());
    }

    /** What is to be done with freshly opened records before anybody uses them. */
    private interface Completion {
        void run() throws RocksDBException, IOException;
    }

    private static RecordStore complete(RecordStore store, Completion completion) throws RocksDBException, IOException {
        try {
            completion.run();
            return store;
        } catch (RocksDBException | IOException | RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    /** What RocksDB's refusal to open means. */
    static StoreException unreadable(Path path, RocksDBException e) {
        String message = String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
        Status status = e.getStatus();
        Status.@Nullable Code code = status == null ? null : status.getCode();
        if (code == Status.Code.IOError && message.contains("lock")) {
            return new StoreLockedException("the store in " + path + " is in use by another process: " + message, e);
        }
        if (code == Status.Code.IOError && !message.contains("No such file")) {
            return new StoreException("the records in " + path + " cannot be opened: " + message, e);
        }
        return new CorruptLogException(
                "the records in " + path + " are damaged: " + message
                        + "; put the store back from a backup, with `tx-coordinator store restore`",
                e);
    }

    Path path() {
        return path;
    }

    StoreIdentity identity() {
        return label.identity();
    }

    SpaceGuard spaceGuard() {
        return spaceGuard;
    }

    SyncMark mark() {
        return mark;
    }

    List<HoldFinding> findings() {
        return findings;
    }

    /** Forgets the findings. */
    void adopt() throws IOException {
        if (!findings.isEmpty()) {
            label = StoreLabel.write(path, true, label.identity(), List.of());
            findings = List.of();
        }
    }

    /** Gives the directory back to others. */
    @Override
    public void close() {
        try {
            mark.close();
            lock.close();
        } catch (IOException e) {
            throw new StoreException("the store in " + path + " could not be closed: " + describe(e), e);
        }
    }
}
