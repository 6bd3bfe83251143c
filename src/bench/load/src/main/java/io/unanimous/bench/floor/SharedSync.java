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
 * A file in which all that comes during one sync shares the next: one append and one fdatasync a group, on a thread of its
 * own.
 */
final class SharedSync {

    /** The bytes of a decision with two branches, as the real log writes it. */
    private static final int RECORD_BYTES = 160;

    private static final int GROUP_RECORDS_MAX = 16_384;
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

    private final FileChannel file;
    private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final AtomicLong syncs = new AtomicLong();

    SharedSync(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
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
        ByteBuffer buffer = ByteBuffer.allocateDirect(GROUP_RECORDS_MAX * RECORD_BYTES);
        List<Waiting> group = new ArrayList<>();
        try {
            while (true) {
                group.add(queue.take());
                queue.drainTo(group);
                int records = 0;
                for (Waiting waiting : group) {
                    records += waiting.records();
                }
                buffer.clear().limit(Math.min(buffer.capacity(), records * RECORD_BYTES));
                while (buffer.hasRemaining()) {
                    var unused = file.write(buffer);
                }
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
}
