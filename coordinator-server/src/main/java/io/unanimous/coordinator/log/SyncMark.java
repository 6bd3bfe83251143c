package io.unanimous.coordinator.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A small file that says how far the log is known to have reached the disk.
 *
 * <p>It is written after each sync and not synced itself, which costs next to nothing: a killed process leaves it exact,
 * and a power cut leaves it a little behind, never ahead. A log that ends before its mark has lost records that were on
 * disk: a cut or missing write-ahead file, which RocksDB itself takes for one whose end was never written.
 */
final class SyncMark implements AutoCloseable {
    private static final long MAGIC = 0x556e616e4d61726bL;
    private static final int BYTES = 4 * Long.BYTES + Integer.BYTES;

    /**
     * What the file says.
     *
     * @param epoch the epoch of the newest synced record
     * @param nonce that epoch's nonce
     * @param number that record's number
     */
    record Position(long epoch, int nonce, long number) {}

    private final FileChannel channel;

    private SyncMark(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens a directory's mark for writing, and makes it where there is none. */
    static SyncMark open(Path dataDirectory) throws IOException {
        return new SyncMark(FileChannel.open(
                dataDirectory.resolve(StoreFiles.MARK), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }

    /** What a directory's mark says; empty when it says nothing that can be read, which is no evidence of anything. */
    static Optional<Position> read(Path dataDirectory) throws IOException {
        byte[] text;
        try {
            text = Files.readAllBytes(dataDirectory.resolve(StoreFiles.MARK));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (text.length < BYTES) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(text);
        boolean sound = bytes.getLong(0) == MAGIC && bytes.getInt(4 * Long.BYTES) == checksum(bytes);
        return sound
                ? Optional.of(new Position(
                        bytes.getLong(Long.BYTES), (int) bytes.getLong(2 * Long.BYTES), bytes.getLong(3 * Long.BYTES)))
                : Optional.empty();
    }

    /** Says that this record, and all before it, were synced. */
    void write(Position synced) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(MAGIC).putLong(synced.epoch()).putLong(synced.nonce()).putLong(synced.number());
        bytes.putInt(checksum(bytes)).flip();
        while (bytes.hasRemaining()) {
            channel.write(bytes, bytes.position());
        }
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, 4 * Long.BYTES);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
