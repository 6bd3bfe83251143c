package io.unanimous.examples.quickstart;

import java.io.PrintStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the reader sees: steps, blocks of output, and one live line that is drawn over on a terminal and printed now and
 * then elsewhere. Safe for use by many threads.
 */
final class Console implements AutoCloseable {

    private static final long TERMINAL_PERIOD_MS = 100;
    private static final long PLAIN_PERIOD_MS = 2_000;
    private static final String CLEAR_LINE = "\r\033[K";

    private final PrintStream out;
    private final boolean terminal;
    private final Thread painter = new Thread(this::paint, "progress");
    private @Nullable Supplier<String> live;
    private String painted = "";
    private boolean closed;

    Console(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        painter.setDaemon(true);
        painter.start();
    }

    /** A step of the story. */
    synchronized void step(String text) {
        print("\n" + text);
    }

    /** A line that belongs to the step. */
    synchronized void say(String text) {
        print("  " + text);
    }

    /** The output of a command, or rows of a table. */
    synchronized void block(String text) {
        print(text.stripTrailing().indent(4).stripTrailing());
    }

    /** A line that programs read: alone and at the margin. */
    synchronized void result(String text) {
        live = null;
        print(text);
    }

    /** Keeps this line current until it is replaced; null ends it and leaves its last state standing. */
    synchronized void live(@Nullable Supplier<String> line) {
        Supplier<String> before = live;
        live = null;
        if (before != null) {
            print("  " + before.get());
        }
        live = line;
        notifyAll();
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    private void print(String text) {
        if (terminal && !painted.isEmpty()) {
            out.print(CLEAR_LINE);
            painted = "";
        }
        out.println(text);
        out.flush();
    }

    private synchronized void paint() {
        try {
            while (!closed) {
                Supplier<String> line = live;
                if (line == null) {
                    wait();
                    continue;
                }
                String text = line.get();
                if (!text.equals(painted)) {
                    out.print(terminal ? CLEAR_LINE + "  " + text : "  " + text + System.lineSeparator());
                    out.flush();
                    painted = text;
                }
                wait(terminal ? TERMINAL_PERIOD_MS : PLAIN_PERIOD_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
