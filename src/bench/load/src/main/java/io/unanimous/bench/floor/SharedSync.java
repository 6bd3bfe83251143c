package io.unanimous.bench.floor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file in which all that comes during one sync shares the next: one write and one fdatasync a group, on a thread of its
 * own. The file has its full size from the start and is written round and round, so that a sync writes data alone.
 */
final class SharedSync {

    /** The bytes of a decision with two branches, as the real log writes it. */
    private static final int RECORD_BYTES = 160;

    private static final int GROUP_RECORDS_MAX = 16_384;
    private static final int GROUP_BYTES_MAX = GROUP_RECORDS_MAX * RECORD_BYTES;
    private static final int FILE_GROUPS = 16;
    private static final int EXIT_LOG_FAILED = 70;

    /** What waits for the disk. */
    interface Waiting {

        /** It is on disk. */
        void synced();

        /** The whole group was told. */
        void groupEnded();

        /** How many records it writes. */
        int records();
    }

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(GROUP_BYTES_MAX);
    private final FileChannel file;
    private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final AtomicLong syncs = new AtomicLong();

    SharedSync(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        for (int group = 0; group < FILE_GROUPS; group++) {
            write(GROUP_RECORDS_MAX);
        }
        file.force(true);
        file.position(0);
        Thread thread = new Thread(this::run, "shared-sync");
        thread.setDaemon(true);
        thread.start();
    }

    void write(Waiting waiting) {
        queue.add(waiting);
    }

    long syncs() {
        return syncs.get();
    }

    private void run() {
        List<Waiting> group = new ArrayList<>();
        try {
            while (true) {
                group.add(queue.take());
                queue.drainTo(group);
                int records = 0;
                for (Waiting waiting : group) {
                    records += waiting.records();
                }
                if (file.position() > (FILE_GROUPS - 1L) * GROUP_BYTES_MAX) {
                    file.position(0);
                }
                write(records);
                file.force(false);
                syncs.incrementAndGet();
                group.forEach(Waiting::synced);
                group.forEach(Waiting::groupEnded);
                group.clear();
            }
        } catch (IOException | InterruptedException e) {
            System.err.println("the floor's file cannot be synced: " + e);
            System.exit(EXIT_LOG_FAILED);
        }
    }

    private void write(int records) throws IOException {
        buffer.clear().limit(Math.min(GROUP_BYTES_MAX, records * RECORD_BYTES));
        while (buffer.hasRemaining()) {
            var unused = file.write(buffer);
        }
    }
}
