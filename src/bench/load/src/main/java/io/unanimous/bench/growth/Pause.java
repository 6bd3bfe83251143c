package io.unanimous.bench.growth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A time in which a process stood still.
 *
 * @param beganNs when, by the machine's monotonic clock
 * @param tookNs how long
 */
record Pause(long beganNs, long tookNs) {

    /** What a {@link PauseMeter} wrote. */
    static List<Pause> read(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(Pause::of).toList();
    }

    private static Pause of(String line) {
        int space = line.indexOf(' ');
        return new Pause(Long.parseLong(line.substring(0, space)), Long.parseLong(line.substring(space + 1)));
    }

    /** What is left of it without the times in which the other process stood still as well: the machine's, not its own. */
    long ownNs(List<Pause> control) {
        long own = tookNs;
        for (Pause other : control) {
            long overlap = Math.min(beganNs + tookNs, other.beganNs + other.tookNs) - Math.max(beganNs, other.beganNs);
            own -= Math.max(0, overlap);
        }
        return own;
    }
}
