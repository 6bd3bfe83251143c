package io.unanimous.sdk;

import io.unanimous.v1.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The small file in which evidence outlives the process. Text, one line for each position, between a line that names the
 * format and one with the checksum of all before it:
 *
 * <pre>
 * unanimous-evidence 1
 * coordinator partition epoch nonce log-number highest-epoch
 * crc32c 1a2b3c4d
 * </pre>
 *
 * <p>It is written to a second file, synced, and renamed over the first, so that a crash leaves the old or the new. A
 * file that is damaged nevertheless is refused, never read as "nothing seen": that would hide the very loss that it is
 * there to show. A lock on a third file keeps two processes from overwriting each other's evidence.
 */
final class EvidenceFile implements EvidenceStore {

    private static final String FORMAT = "unanimous-evidence 1";
    private static final String CHECKSUM = "crc32c ";

    private final Path path;
    private final Path next;
    private final FileChannel lockChannel;

    private EvidenceFile(Path path, Path next, FileChannel lockChannel) {
        this.path = path;
        this.next = next;
        this.lockChannel = lockChannel;
    }

    /**
     * Takes the file for this process; it need not exist, but its directory must.
     *
     * @throws IOException if the directory cannot be written, or another client has the file
     */
    static EvidenceFile open(Path file) throws IOException {
        Path path = file.toAbsolutePath();
        Path lock = path.resolveSibling(path.getFileName() + ".lock");
        FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (!isLocked(channel)) {
                throw new IOException("Another client uses the evidence file " + path + "; give each its own");
            }
            return new EvidenceFile(path, path.resolveSibling(path.getFileName() + ".next"), channel);
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    /** The lock lives as long as the channel; the JVM says by an exception what it says by null for other processes. */
    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldInThisProcess) {
            return false;
        }
    }

    @Override
    public List<Seen> read() throws IOException {
        String text;
        try {
            text = Files.readString(path);
        } catch (NoSuchFileException first) {
            return List.of();
        } catch (CharacterCodingException notText) {
            throw damaged("it is not text");
        }
        int end = text.lastIndexOf(CHECKSUM);
        if (!text.startsWith(FORMAT + "\n")) {
            throw damaged("its first line is not \"" + FORMAT + "\"");
        }
        if (end < 0 || !text.substring(end).equals(checksumLine(text.substring(0, end)))) {
            throw damaged("its checksum does not match");
        }
        List<Seen> seen = new ArrayList<>();
        for (String line : text.substring(FORMAT.length() + 1, end).lines().toList()) {
            seen.add(parse(line));
        }
        if (seen.size() > Limits.POSITIONS_MAX) {
            throw damaged("it has more than " + Limits.POSITIONS_MAX + " positions");
        }
        return seen;
    }

    @Override
    public void write(List<Seen> seen) throws IOException {
        StringBuilder text = new StringBuilder(FORMAT).append('\n');
        for (Seen one : seen) {
            text.append(format(one)).append('\n');
        }
        String body = text.toString();
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(body + checksumLine(body));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory();
    }

    @Override
    public void close() throws IOException {
        lockChannel.close();
    }

    /** The rename itself is on disk only once the directory is. */
    private void syncDirectory() throws IOException {
        Path directory = path.getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static String format(Seen seen) {
        LogPosition position = seen.position();
        return position.getCoordinator() + " " + position.getPartition() + " " + position.getEpoch() + " "
                + position.getEpochNonce() + " " + position.getLogNumber() + " " + seen.highestEpoch();
    }

    private Seen parse(String line) throws IOException {
        String[] fields = line.split(" ", -1);
        if (fields.length != 6) {
            throw damaged("a line has " + fields.length + " fields instead of 6");
        }
        try {
            LogPosition position = LogPosition.newBuilder()
                    .setCoordinator(fields[0])
                    .setPartition(Integer.parseInt(fields[1]))
                    .setEpoch(Long.parseLong(fields[2]))
                    .setEpochNonce(Integer.parseInt(fields[3]))
                    .setLogNumber(Long.parseLong(fields[4]))
                    .build();
            return new Seen(position, Long.parseLong(fields[5]));
        } catch (NumberFormatException wrong) {
            throw damaged("a field is no number: " + wrong.getMessage());
        }
    }

    private IOException damaged(String what) {
        return new IOException("The evidence file " + path + " cannot be trusted: " + what
                + ". Put back an intact copy, or delete the file if you are sure that no coordinator was restored.");
    }

    private static String checksumLine(String body) {
        CRC32C checksum = new CRC32C();
        checksum.update(body.getBytes(StandardCharsets.UTF_8));
        return CHECKSUM + String.format("%08x", checksum.getValue()) + "\n";
    }
}
