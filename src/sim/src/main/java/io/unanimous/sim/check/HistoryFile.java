package io.unanimous.sim.check;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
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

    /** Reads a history whole, and feeds it, for example, to a {@link Checker}; returns the observations read. */
    public static long read(Path path, Consumer<Observation> reader) {
        long[] count = {0};
        readFrom(path, 0, observation -> {
            count[0]++;
            reader.accept(observation);
        });
        return count[0];
    }

    /**
     * Reads on in a history that may still grow.
     *
     * @param from where to begin: zero, or what was returned before
     * @return the end of the last whole line: what follows is torn, or not written yet, and was not acted on
     */
    public static long readFrom(Path path, long from, Consumer<Observation> reader) {
        byte[] bytes;
        try (InputStream file = Files.newInputStream(path)) {
            file.skipNBytes(from);
            bytes = file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the history " + path, e);
        }
        int line = 0;
        int begin = 0;
        for (int end = 0; end < bytes.length; end++) {
            if (bytes[end] != '\n') {
                continue;
            }
            line++;
            Observation observation;
            try {
                observation = ObservationCodec.decode(new String(bytes, begin, end - begin, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        path + " line " + line + (from == 0 ? "" : " after byte " + from) + ": " + e.getMessage(), e);
            }
            reader.accept(observation);
            begin = end + 1;
        }
        return from + begin;
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
