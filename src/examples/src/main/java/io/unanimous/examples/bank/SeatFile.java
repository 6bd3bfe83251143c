package io.unanimous.examples.bank;

import io.unanimous.sdk.BranchId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Which seats are held and taken, in a file that survives kill -9 and power cuts. Safe for use by many threads.
 *
 * <p>One line a change, {@code CHECKSUM held|taken|freed BRANCH [SEAT TRANSFER]}, appended and synced before the method
 * returns. A last line that is torn was never told to anybody and is dropped; a bad line elsewhere is damage, and the
 * file is refused. At the start the file is written anew: what was read may so far be in the page cache alone.
 *
 * <p>After an error of the disk nobody knows what is on it, and a later sync that succeeds proves nothing: every later
 * call fails, and the process has to be started anew.
 */
public final class SeatFile implements Closeable {

    /** How many freed branches are remembered, the newest: a request may come after its own rollback. */
    static final int FREED_MAX = 10_000;

    private static final int CHECKSUM_CHARS = 8;

    /** How a branch stands. */
    public enum Standing {
        /** Nothing is remembered of it. */
        UNKNOWN,
        /** It holds a seat, and can still take it or free it. */
        HELD,
        /** Its seat is taken for good. */
        TAKEN,
        /** Its seat is free again, or it never had one; it will not get one any more. */
        FREED
    }

    /**
     * A seat and whom it is for.
     *
     * @param seat from 1 to the number of seats
     * @param transfer the transfer's number
     */
    public record Reservation(int seat, long transfer) {}

    private final int seats;
    private final Map<BranchId, Reservation> held = new LinkedHashMap<>();
    private final Map<BranchId, Reservation> taken = new LinkedHashMap<>();
    private final Set<BranchId> freed = new LinkedHashSet<>();
    private final FileChannel lock;
    private final FileChannel channel;
    private @Nullable IOException failure;

    /**
     * Opens or creates the file.
     *
     * @param seats how many seats there are
     * @throws IOException if the file is damaged, open in another process, or cannot be written
     */
    public SeatFile(Path file, int seats) throws IOException {
        this.seats = seats;
        lock = FileChannel.open(sibling(file, ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() == null) {
                throw new IOException(file + " is open in another process.");
            }
            if (Files.exists(file)) {
                replay(file);
            }
            channel = rewrite(file);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Holds a free seat for a branch. Asked again for the same branch, it is the same seat.
     *
     * @return empty if every seat is held or taken, or if the branch has ended
     */
    public synchronized Optional<Reservation> hold(BranchId branch, long transfer) throws IOException {
        Reservation known = held.get(branch);
        if (known != null || standing(branch) != Standing.UNKNOWN) {
            return Optional.ofNullable(known);
        }
        OptionalInt free = IntStream.rangeClosed(1, seats).filter(this::isFree).findFirst();
        if (free.isEmpty()) {
            return Optional.empty();
        }
        Reservation reservation = new Reservation(free.getAsInt(), transfer);
        append(heldLine(branch, reservation));
        return Optional.of(reservation);
    }

    /** Takes the seat that the branch holds. Changes nothing unless the branch is HELD, and tells how it stood. */
    public synchronized Standing take(BranchId branch) throws IOException {
        Standing before = standing(branch);
        if (before == Standing.HELD) {
            append("taken " + branch);
        }
        return before;
    }

    /**
     * Frees the seat that the branch holds. A branch never seen is remembered, so that a request that comes after its
     * own rollback gets nothing. Changes nothing if the branch is TAKEN or FREED, and tells how it stood.
     */
    public synchronized Standing free(BranchId branch) throws IOException {
        Standing before = standing(branch);
        if (before == Standing.HELD || before == Standing.UNKNOWN) {
            append("freed " + branch);
        }
        return before;
    }

    /** How the branch stands. */
    public synchronized Standing standing(BranchId branch) {
        if (held.containsKey(branch)) {
            return Standing.HELD;
        }
        if (taken.containsKey(branch)) {
            return Standing.TAKEN;
        }
        return freed.contains(branch) ? Standing.FREED : Standing.UNKNOWN;
    }

    /** The branches that hold a seat: what a scan tells. */
    public synchronized List<BranchId> holders() throws IOException {
        requireSound();
        return List.copyOf(held.keySet());
    }

    /** What was taken, in the order of taking. */
    public synchronized List<Reservation> taken() {
        return List.copyOf(taken.values());
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
        lock.close();
    }

    private boolean isFree(int seat) {
        return Stream.concat(held.values().stream(), taken.values().stream())
                .noneMatch(reservation -> reservation.seat() == seat);
    }

    private void append(String change) throws IOException {
        requireSound();
        try {
            write(channel, change);
            channel.force(false);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
        apply(change);
    }

    private void requireSound() throws IOException {
        if (failure != null) {
            throw new IOException("The disk failed before: start this process anew", failure);
        }
    }

    /** The only place where anything changes, in work and in replay alike. */
    private void apply(String change) {
        String[] words = change.split(" ", -1);
        BranchId branch = new BranchId(words[1], words[2]);
        switch (words[0]) {
            case "held" -> held.put(branch, new Reservation(Integer.parseInt(words[3]), Long.parseLong(words[4])));
            case "taken" -> {
                Reservation reservation = held.remove(branch);
                if (reservation == null) {
                    throw new IllegalStateException("Taken without being held: " + branch);
                }
                taken.put(branch, reservation);
            }
            case "freed" -> {
                held.remove(branch);
                freed.add(branch);
                if (freed.size() > FREED_MAX) {
                    freed.remove(freed.iterator().next());
                }
            }
            default -> throw new IllegalStateException("A change of an unknown kind: " + change);
        }
    }

    private void replay(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        int number = 0;
        for (int start = 0; start < text.length(); ) {
            number++;
            int end = text.indexOf('\n', start);
            boolean last = end < 0 || end == text.length() - 1;
            Optional<String> change = end < 0 ? Optional.empty() : checked(text.substring(start, end));
            if (change.isPresent()) {
                apply(change.get());
            } else if (!last) {
                throw new IOException(file + ":" + number + " is damaged. Nothing was changed; restore the file.");
            }
            start = end < 0 ? text.length() : end + 1;
        }
    }

    private FileChannel rewrite(Path file) throws IOException {
        Path next = sibling(file, ".next");
        FileChannel written = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            for (Map.Entry<BranchId, Reservation> entry : taken.entrySet()) {
                write(written, heldLine(entry.getKey(), entry.getValue()));
                write(written, "taken " + entry.getKey());
            }
            for (BranchId branch : freed) {
                write(written, "freed " + branch);
            }
            for (Map.Entry<BranchId, Reservation> entry : held.entrySet()) {
                write(written, heldLine(entry.getKey(), entry.getValue()));
            }
            written.force(true);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            // The new name is on disk only when its directory is.
            try (FileChannel directory = FileChannel.open(next.getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
            return written;
        } catch (IOException e) {
            written.close();
            throw e;
        }
    }

    private static Path sibling(Path file, String suffix) {
        Path absolute = file.toAbsolutePath();
        return absolute.resolveSibling(absolute.getFileName() + suffix);
    }

    private static String heldLine(BranchId branch, Reservation reservation) {
        return "held " + branch + " " + reservation.seat() + " " + reservation.transfer();
    }

    private static void write(FileChannel channel, String change) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.wrap((checksum(change) + " " + change + "\n").getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static Optional<String> checked(String line) {
        if (line.length() <= CHECKSUM_CHARS) {
            return Optional.empty();
        }
        String change = line.substring(CHECKSUM_CHARS + 1);
        return line.startsWith(checksum(change) + " ") ? Optional.of(change) : Optional.empty();
    }

    private static String checksum(String change) {
        CRC32C crc = new CRC32C();
        crc.update(change.getBytes(StandardCharsets.ISO_8859_1));
        return String.format("%08x", crc.getValue());
    }
}
