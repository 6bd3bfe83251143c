package io.unanimous.coordinator.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The right to use a data directory, which one process at a time has; the system takes it back when the process ends, in
 * whatever way. RocksDB keeps a lock of its own, which would come too late: files are read and replaced before it opens.
 */
final class StoreLock implements AutoCloseable {
    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the right, and changes nothing but for making the file where there is none.
     *
     * @throws StoreLockedException when another process, or another user in this one, has the directory
     */
    static StoreLock acquire(Path dataDirectory) throws IOException {
        return lock(dataDirectory, false, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /**
     * Takes the right to read, which many may have while nobody has the other one. Changes nothing, and so needs the file
     * to be there: whoever used the directory has made it.
     *
     * @throws StoreLockedException as above
     */
    static StoreLock share(Path dataDirectory) throws IOException {
        return lock(dataDirectory, true, StandardOpenOption.READ);
    }

    private static StoreLock lock(Path dataDirectory, boolean shared, OpenOption... how) throws IOException {
        Path path = dataDirectory.resolve(StoreFiles.LOCK);
        FileChannel channel = FileChannel.open(path, how);
        boolean acquired = false;
        try {
            acquired = tryLock(channel, shared);
            if (!acquired) {
                throw new StoreLockedException(
                        "the store in " + dataDirectory + " is in use by " + holder(path)
                                + ": stop it first, or choose another directory with --data-dir",
                        null);
            }
            return new StoreLock(channel);
        } finally {
            if (!acquired) {
                channel.close();
            }
        }
    }

    /** Says in the file which process this is; before that it may name an earlier one, which is then taken for nobody. */
    void nameHolder() throws IOException {
        channel.truncate(0);
        StoreFiles.write(channel, (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String holder(Path path) throws IOException {
        String text = Files.readString(path, StandardCharsets.ISO_8859_1).strip();
        boolean alive = text.matches("[0-9]{1,10}")
                && ProcessHandle.of(Long.parseLong(text)).isPresent();
        return alive ? "process " + text : "another process";
    }

    /** Gives the directory back. The file stays: deleting it would let two processes lock two files of that name. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
