package io.unanimous.coordinator.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the room on the disk: says when new work should be refused, and gives up a reserve when even decisions run
 * short of room. The reserve is set aside again when there is plenty.
 *
 * <p>{@link #check} looks, on one thread at a time; {@link #low} answers any thread from the last look.
 */
final class SpaceGuard {
    private static final Logger logger = LoggerFactory.getLogger(SpaceGuard.class);

    /** The reserve is given up when less than this part of what counts as low is left. */
    private static final int CRITICAL_PART = 4;

    private static final int CHUNK_BYTES = 1 << 20;

    /** Tells how much room the disk has. */
    interface Disk {
        /** The bytes that this process may still write. */
        long usableBytes() throws IOException;
    }

    private final Path reserve;
    private final long reserveBytes;
    private final long lowSpaceBytes;
    private final Disk disk;
    private volatile boolean low;

    SpaceGuard(Path reserve, long reserveBytes, long lowSpaceBytes, Disk disk) {
        this.reserve = reserve;
        this.reserveBytes = reserveBytes;
        this.lowSpaceBytes = lowSpaceBytes;
        this.disk = disk;
    }

    /** Whether new work should be refused. */
    boolean low() {
        return low;
    }

    /** Looks at the disk, and gives up the reserve if need be. */
    void check() throws IOException {
        long usable = disk.usableBytes();
        if (usable < lowSpaceBytes / CRITICAL_PART && Files.deleteIfExists(reserve)) {
            logger.warn("only {} bytes are free for {}: its reserve is given up", usable, reserve.getParent());
            usable = disk.usableBytes();
        }
        boolean nowLow = usable < lowSpaceBytes;
        if (nowLow != low) {
            low = nowLow;
            logger.warn(
                    nowLow ? "{} bytes are free for {}: new work is refused" : "{} bytes are free for {}: enough again",
                    usable,
                    reserve.getParent());
        }
    }

    /** Sets the reserve aside if it is not, and there is plenty of room for it. */
    void replenish() throws IOException {
        boolean there = Files.exists(reserve) && Files.size(reserve) == reserveBytes;
        if (there || reserveBytes == 0 || disk.usableBytes() < 2 * (lowSpaceBytes + reserveBytes)) {
            return;
        }
        // Random bytes: a file system that compresses or leaves out zeros would set nothing aside.
        SplittableRandom random = new SplittableRandom(reserveBytes);
        byte[] chunk = new byte[CHUNK_BYTES];
        try (FileChannel channel = FileChannel.open(
                reserve, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (long left = reserveBytes; left > 0; left -= CHUNK_BYTES) {
                random.nextBytes(chunk);
                ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, (int) Math.min(left, CHUNK_BYTES));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            channel.force(true);
        }
    }
}
