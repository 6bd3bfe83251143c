package io.unanimous.sim.check;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * What one life of a process saw, a line for each observation, in a file of its own. A line is handed to the operating
 * system before {@link #record} returns, so that a killed process has lost at most the line that it was writing; only a torn
 * last line is tolerated when it is read back.
 *
 * <p>Safe for use by many threads.
 */
public final class HistoryFile implements AutoCloseable {

    private final Path path;
    /** Not a channel: an interrupt of the recording thread would close it. */
    private final FileOutputStream file;

    private HistoryFile(Path path, FileOutputStream file) {
        this.path = path;
        this.file = file;
    }

    /** Opens a file that must not exist yet. */
    public static HistoryFile create(Path path) {
        try {
            Files.createFile(path);
            return new HistoryFile(path, new FileOutputStream(path.toFile(), true));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create the history " + path, e);
        }
    }

    /** Writes an observation down. */
    public synchronized void record(Observation observation) {
        try {
            file.write((ObservationCodec.encode(observation) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the history " + path, e);
        }
    }

    /** Reads a history from its beginning, and feeds it, for example, to a {@link Checker}; returns the observations read. */
    public static long read(Path path, Consumer<Observation> reader) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the history " + path, e);
        }
        long read = 0;
        int from = 0;
        // What follows the last line feed is torn, and was never acted on.
        for (int end = 0; end < bytes.length; end++) {
            if (bytes[end] != '\n') {
                continue;
            }
            read++;
            Observation observation;
            try {
                observation = ObservationCodec.decode(new String(bytes, from, end - from, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(path + " line " + read + ": " + e.getMessage(), e);
            }
            reader.accept(observation);
            from = end + 1;
        }
        return read;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the history " + path, e);
        }
    }
}
