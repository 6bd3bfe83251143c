package io.unanimous.bench.harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * The disk under a directory.
 *
 * @param type its file system's type
 * @param syncUs how long an append of one block and its fdatasync take, microseconds
 */
public record Disk(String type, Spread syncUs) {

    private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs", "hugetlbfs");
    private static final int SYNCS = 200;
    private static final int BLOCK_BYTES = 4_096;
    private static final double NS_PER_US = 1_000;

    /** Looks at the disk; throws IllegalArgumentException for one that is memory. */
    public static Disk under(Path directory) throws IOException {
        String type = Files.getFileStore(directory).type();
        requireReal(directory, type);
        Path probe = Files.createTempFile(directory, "sync-", ".probe");
        double[] tookUs = new double[SYNCS];
        try (FileChannel file = FileChannel.open(probe, StandardOpenOption.WRITE)) {
            for (int sync = 0; sync < SYNCS; sync++) {
                ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
                long beganNs = System.nanoTime();
                while (block.hasRemaining()) {
                    var unused = file.write(block);
                }
                file.force(false);
                tookUs[sync] = (System.nanoTime() - beganNs) / NS_PER_US;
            }
        } finally {
            Files.delete(probe);
        }
        return new Disk(type, Spread.of(tookUs));
    }

    static void requireReal(Path directory, String type) {
        if (MEMORY.contains(type)) {
            throw new IllegalArgumentException(directory + " is " + type
                    + ", which is memory: a sync there costs nothing. Name a directory on a disk with --dir.");
        }
    }
}
