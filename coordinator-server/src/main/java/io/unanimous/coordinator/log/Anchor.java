package io.unanimous.coordinator.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

/**
 * What tells a file from a copy of it: its inode, and when it was born.
 *
 * <p>The inode alone does not do: where a directory was deleted and copied back, ext4 gives out the very same inodes
 * again. The birth does, where the system tells it. The device is left out: its number may change with a reboot.
 *
 * @param inode the inode's number
 * @param bornNs nanoseconds since 1970, or 0 where the system does not tell
 */
record Anchor(long inode, long bornNs) {

    /** The anchor of a file or directory. */
    static Anchor of(Path path, boolean birthsAreTold) throws IOException {
        long inode = ((Number) Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS)).longValue();
        FileTime born = Files.readAttributes(path, BasicFileAttributes.class).creationTime();
        return new Anchor(inode, birthsAreTold ? born.to(TimeUnit.NANOSECONDS) : 0);
    }

    /**
     * Whether the system tells when this file was born. Where it does not, Java gives the time of the last change
     * instead, which is found out by setting that to the beginning of time.
     */
    static boolean birthsAreTold(Path scratch) throws IOException {
        Files.setLastModifiedTime(scratch, FileTime.fromMillis(0));
        return Files.readAttributes(scratch, BasicFileAttributes.class)
                        .creationTime()
                        .toMillis()
                > 0;
    }

    /** Whether both may be anchors of one file. */
    boolean matches(Anchor other) {
        return inode == other.inode && (bornNs == other.bornNs || bornNs == 0 || other.bornNs == 0);
    }

    /** The inode and the birth, as the label keeps them. */
    @Override
    public String toString() {
        return inode + "@" + bornNs;
    }

    /** Reads what {@link #toString} wrote; throws IllegalArgumentException when it is something else. */
    static Anchor parse(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            throw new IllegalArgumentException("not an inode with its birth: " + text);
        }
        return new Anchor(Long.parseLong(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
    }
}
