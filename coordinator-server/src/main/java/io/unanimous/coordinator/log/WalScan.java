package io.unanimous.coordinator.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Looks through RocksDB's write-ahead files before RocksDB does, and tells a torn end from damage before the end.
 *
 * <p>RocksDB cannot be left alone with it. A record's length stands outside its checksum: one changed bit there makes a
 * record seem to reach past the end of the file, which every recovery mode but the strictest takes for a write cut short,
 * and all synced records behind it are dropped without a word. And a power cut may leave a last record whose length is
 * there and whose bytes are not, which the tolerant mode refuses like any damage. Here the question is another: a write
 * cut short is the last thing in a file. Where a sound record follows the first unsound one, synced data is damaged.
 *
 * <p>The file's layout is RocksDB's own, unchanged since LevelDB: blocks of 32 KiB; in them fragments, each with the masked
 * CRC-32C of type and bytes, the length, and the type; a fragment never crosses a block's end.
 */
final class WalScan {
    private static final int BLOCK_BYTES = 32 << 10;
    private static final int HEADER_BYTES = 7;
    private static final int FULL = 1;
    private static final int LAST = 4;
    private static final int CRC_MASK = 0xa282ead8;

    /** How a file ends. */
    enum End {
        /** With a whole record, or with nothing but zeros behind one. */
        WHOLE,
        /** With a record that was cut short: by the file's end, or by zeros in the place of bytes. */
        CUT_SHORT,
        /** With one whose bytes do not match its checksum; it is the last one. */
        UNSOUND
    }

    private final Path file;
    private final ByteBuffer bytes;

    private WalScan(Path file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /**
     * Looks through a directory's write-ahead files.
     *
     * @return whether the newest ends with an unsound record, and all others with whole ones: then, and only then, may
     *     RocksDB be told to stop at the first record that it finds unsound
     */
    static boolean endsUnsound(Path records) throws IOException {
        boolean earlierWhole = true;
        End end = End.WHOLE;
        for (Path file : files(records)) {
            earlierWhole &= end == End.WHOLE;
            end = scan(file);
        }
        return earlierWhole && end == End.UNSOUND;
    }

    /** A directory's write-ahead files that are not empty, oldest first. */
    static List<Path> files(Path records) throws IOException {
        try (Stream<Path> entries = Files.list(records)) {
            // The number in the name has at least six digits, and more when it needs them.
            return entries.filter(path -> path.getFileName().toString().endsWith(".log"))
                    .filter(path -> path.toFile().length() > 0)
                    .sorted(Comparator.comparingInt(
                                    (Path path) -> path.toString().length())
                            .thenComparing(Comparator.naturalOrder()))
                    .toList();
        }
    }

    /** Looks through one file; throws CorruptLogException when a sound record follows an unsound one. */
    static End scan(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Math.toIntExact(channel.size())).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                continue;
            }
            bytes.flip();
            return new WalScan(file, bytes).scan();
        }
    }

    private End scan() {
        int at = 0;
        while (at < bytes.limit()) {
            int blockEnd = blockEnd(at);
            if (blockEnd - at < HEADER_BYTES) {
                at = blockEnd;
            } else if (isSound(at, false)) {
                at += HEADER_BYTES + length(at);
            } else {
                return broken(at);
            }
        }
        return End.WHOLE;
    }

    private End broken(int at) {
        for (int behind = at + 1; behind < bytes.limit(); behind++) {
            if (isSound(behind, true)) {
                throw new CorruptLogException(
                        file + " is damaged at byte " + at + ": records that were on disk follow at byte " + behind
                                + "; put the store back from a backup, with `tx-coordinator store restore`",
                        null);
            }
        }
        if (isZero(at)) {
            return End.WHOLE;
        }
        boolean reachesPastEnd = at + HEADER_BYTES > bytes.limit() || at + HEADER_BYTES + length(at) > bytes.limit();
        return reachesPastEnd ? End.CUT_SHORT : End.UNSOUND;
    }

    /** Whether a whole fragment with the right checksum stands here; if {@code data}, one that holds bytes of a record. */
    private boolean isSound(int at, boolean data) {
        if (blockEnd(at) - at < HEADER_BYTES || at + HEADER_BYTES > bytes.limit()) {
            return false;
        }
        int type = Byte.toUnsignedInt(bytes.get(at + 6));
        if (type == 0 || (data && (type < FULL || type > LAST || length(at) == 0))) {
            return false;
        }
        int end = at + HEADER_BYTES + length(at);
        if (end > blockEnd(at) || end > bytes.limit()) {
            return false;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), at + 6, end - at - 6);
        return bytes.getInt(at) == Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
    }

    private int length(int at) {
        return Short.toUnsignedInt(bytes.getShort(at + 4));
    }

    private boolean isZero(int from) {
        for (int at = from; at < bytes.limit(); at++) {
            if (bytes.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int blockEnd(int at) {
        return at - at % BLOCK_BYTES + BLOCK_BYTES;
    }
}
