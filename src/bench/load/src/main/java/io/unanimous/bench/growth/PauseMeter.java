package io.unanimous.bench.growth;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Notices how long its process stood still, as jHiccup does: a thread that wants to wake every millisecond writes down
 * when it woke much later. It runs as an agent in the process that it looks at, or alone in one that does nothing, which
 * shows what the machine does to every process. It needs nothing but the JDK.
 *
 * <p>Its file has a line for each pause: when it began by the machine's monotonic clock, and how long it was, both in
 * nanoseconds.
 */
public final class PauseMeter {

    /** Shorter ones are not written down. */
    private static final long PAUSE_MIN_NS = 5_000_000;

    private static final long WAKE_EVERY_NS = 1_000_000;

    private PauseMeter() {}

    /** Begins, in the process that is looked at; the argument is the file. */
    public static void premain(String file) throws IOException {
        PrintStream out = new PrintStream(Files.newOutputStream(Path.of(file)), true, StandardCharsets.UTF_8);
        Thread thread = new Thread(() -> watch(out), "pause-meter");
        thread.setDaemon(true);
        thread.start();
    }

    /** The process that does nothing, until its standard input ends; the argument is the file. */
    public static void main(String[] arguments) throws IOException {
        premain(arguments[0]);
        System.out.println("watching");
        while (System.in.read() >= 0) {
            // Whoever started it has nothing to say but its own end.
        }
    }

    private static void watch(PrintStream out) {
        long sleptNs = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(WAKE_EVERY_NS);
            long wokeNs = System.nanoTime();
            long pauseNs = wokeNs - sleptNs - WAKE_EVERY_NS;
            if (pauseNs >= PAUSE_MIN_NS) {
                out.println((sleptNs + WAKE_EVERY_NS) + " " + pauseNs);
            }
            sleptNs = System.nanoTime();
        }
    }
}
