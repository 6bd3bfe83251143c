package io.unanimous.coordinator.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The files of a data directory, and how to write them so that they are there after a power cut. */
final class StoreFiles {
    /** Held locked by the process that has the store open. */
    static final String LOCK = "unanimous.lock";

    /** Says which store this is: {@link StoreLabel}. */
    static final String LABEL = "unanimous.store";

    /** A label being written. */
    static final String LABEL_NEW = "unanimous.store.new";

    /** The newest record known to be on disk: {@link SyncMark}. */
    static final String MARK = "unanimous.mark";

    /** Disk set aside: {@link SpaceGuard}. */
    static final String RESERVE = "unanimous.reserve";

    /** The directory of RocksDB's files. */
    static final String RECORDS = "records";

    /** What may be in a directory in which a store is created: what a creation cut short leaves, and a mount point's own. */
    static final Set<String> BEFORE_CREATION = Set.of(LOCK, LABEL_NEW, "lost+found");

    private StoreFiles() {}

    /** Writes a file's bytes and waits until they are on disk; the directory's entry is not waited for. */
    static void write(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
        channel.force(true);
    }

    /** Puts a written and synced file in another's place, and waits until the directory knows. */
    static void replace(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory(to.resolveSibling("."));
    }

    /** Waits until a directory's entries are on disk. */
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** The names in a directory, sorted. */
    static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    /** Deletes a directory and all that is in it. */
    static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
