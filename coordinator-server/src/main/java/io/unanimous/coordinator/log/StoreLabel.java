package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.HoldFinding;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file that says which store a directory holds: text, one field a line, the layout's version first and a checksum
 * last, so that every later version can at least read how new it is.
 *
 * <p>It is the first file of a new store, not ready, and is written again as ready when all others are in place: a store
 * that is not ready was never written to. It also keeps the anchors by which a copy is found out, and the findings that
 * the log has not taken over yet.
 *
 * @param ready whether the store was completely created
 * @param identity which store it is
 * @param directory the anchor of the data directory
 * @param file the anchor of this file
 * @param findings reasons to start in HOLD
 */
record StoreLabel(boolean ready, StoreIdentity identity, Anchor directory, Anchor file, List<HoldFinding> findings) {

    /** The layout that this program writes. */
    static final int FORMAT = 1;

    private static final String MAGIC = "unanimous-store ";
    private static final int BYTES_MAX = 1 << 20;

    /**
     * Reads a directory's label; empty when it has none.
     *
     * @throws NewerFormatException when a newer program wrote it
     * @throws CorruptLogException when it is damaged
     */
    static Optional<StoreLabel> read(Path dataDirectory) throws IOException {
        Path path = dataDirectory.resolve(StoreFiles.LABEL);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        if (Files.size(path) > BYTES_MAX) {
            throw new CorruptLogException(path + " is no store's label: it is too long", null);
        }
        String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
        try {
            return Optional.of(parse(path, text));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw damaged(path, e);
        }
    }

    private static StoreLabel parse(Path path, String text) {
        int firstLine = text.indexOf('\n');
        if (!text.startsWith(MAGIC) || firstLine < 0) {
            throw damaged(path, null);
        }
        int format = Integer.parseInt(text.substring(MAGIC.length(), firstLine));
        if (format > FORMAT) {
            throw new NewerFormatException(
                    "the store in " + path.getParent() + " has format " + format
                            + ", and this program knows formats up to " + FORMAT
                            + ": start the newer version that wrote it",
                    null);
        }
        int checksum = text.lastIndexOf("crc32c=");
        if (format != FORMAT
                || checksum < 0
                || !text.substring(checksum).equals(checksumLine(text.substring(0, checksum)))) {
            throw damaged(path, null);
        }
        return new Fields(text.substring(firstLine + 1, checksum)).label(format);
    }

    private static CorruptLogException damaged(Path path, @Nullable Exception cause) {
        return new CorruptLogException(
                path + " is damaged: put the store back from a backup, with `tx-coordinator store restore`", cause);
    }

    /** Writes a label in a new file, puts that in place and waits until it is on disk; returns what was written. */
    static StoreLabel write(Path dataDirectory, boolean ready, StoreIdentity identity, List<HoldFinding> findings)
            throws IOException {
        Path fresh = dataDirectory.resolve(StoreFiles.LABEL_NEW);
        Files.deleteIfExists(fresh);
        StoreLabel label;
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            boolean birthsAreTold = Anchor.birthsAreTold(fresh);
            label = new StoreLabel(
                    ready,
                    identity,
                    Anchor.of(dataDirectory, birthsAreTold),
                    Anchor.of(fresh, birthsAreTold),
                    List.copyOf(findings));
            StoreFiles.write(channel, label.text().getBytes(StandardCharsets.UTF_8));
        }
        StoreFiles.replace(fresh, dataDirectory.resolve(StoreFiles.LABEL));
        return label;
    }

    /** What speaks for the directory being a copy of the one that this label was written in; empty when nothing does. */
    Optional<String> copied(Path dataDirectory) throws IOException {
        Anchor directoryNow = Anchor.of(dataDirectory, directory.bornNs() != 0);
        Anchor fileNow = Anchor.of(dataDirectory.resolve(StoreFiles.LABEL), file.bornNs() != 0);
        if (directory.matches(directoryNow) && file.matches(fileNow)) {
            return Optional.empty();
        }
        return Optional.of("the store was written in directory " + directory + " with label " + file
                + " and is now in directory " + directoryNow + " with label " + fileNow + " (inode@birth)");
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        text.append(MAGIC).append(identity.formatVersion()).append('\n');
        text.append("note=Do not copy or change these files: use `tx-coordinator store`\n");
        text.append("ready=").append(ready).append('\n');
        text.append("store=").append(identity.store()).append('\n');
        text.append("partition=").append(identity.partition()).append('\n');
        text.append("directory=").append(directory).append('\n');
        text.append("label=").append(file).append('\n');
        for (HoldFinding finding : findings) {
            text.append("finding=")
                    .append(finding.kind())
                    .append(' ')
                    .append(finding.epoch())
                    .append(' ')
                    .append(finding.nonce())
                    .append(' ')
                    .append(finding.number())
                    .append(' ')
                    .append(URLEncoder.encode(finding.text(), StandardCharsets.UTF_8))
                    .append('\n');
        }
        return text + checksumLine(text.toString());
    }

    private static String checksumLine(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return "crc32c=%08x\n".formatted(crc.getValue());
    }

    /** The lines between the first and the last; throws IllegalArgumentException for what they should not say. */
    private static final class Fields {
        private final List<String> lines;

        Fields(String text) {
            this.lines = text.lines().toList();
        }

        StoreLabel label(int format) {
            StoreIdentity identity =
                    new StoreIdentity(UUID.fromString(one("store")), Integer.parseInt(one("partition")), format);
            List<HoldFinding> findings = new ArrayList<>();
            for (String finding : all("finding")) {
                findings.add(finding(finding));
            }
            return new StoreLabel(
                    one("ready").equals("true"),
                    identity,
                    Anchor.parse(one("directory")),
                    Anchor.parse(one("label")),
                    List.copyOf(findings));
        }

        private static HoldFinding finding(String text) {
            String[] parts = text.split(" ", 5);
            return new HoldFinding(
                    HoldFinding.Kind.valueOf(parts[0]),
                    Long.parseLong(parts[1]),
                    Integer.parseInt(parts[2]),
                    Long.parseLong(parts[3]),
                    URLDecoder.decode(parts[4], StandardCharsets.UTF_8));
        }

        private List<String> all(String name) {
            String prefix = name + "=";
            return lines.stream()
                    .filter(line -> line.startsWith(prefix))
                    .map(line -> line.substring(prefix.length()))
                    .toList();
        }

        private String one(String name) {
            List<String> values = all(name);
            if (values.size() != 1) {
                throw new IllegalArgumentException("one line `" + name + "=` is needed, not " + values.size());
            }
            return values.get(0);
        }
    }
}
