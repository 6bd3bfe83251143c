package io.unanimous.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An ext4 file system in a file, mounted over a loop device. Its power can be cut: what was not on disk then is gone when it
 * is mounted again, and its journal is replayed. Needs root; the mount is this process's namespace's.
 */
final class LoopImage implements AutoCloseable {

    private static final Duration CUT_MAX = Duration.ofSeconds(20);
    private static final Path CUT_POWER = Path.of("lib", "cut-power").toAbsolutePath();

    private final Path file;
    private final Path mountPoint;
    private boolean mounted;

    private LoopImage(Path file, Path mountPoint) {
        this.file = file;
        this.mountPoint = mountPoint;
    }

    /** Makes a file system of so many MiB in a new file, and mounts it; throws FailedException where that is refused. */
    static LoopImage create(Path directory, String name, int mebibytes, String... mkfsOptions) {
        Path file = directory.resolve(name + ".img");
        try {
            Files.createDirectories(directory.resolve(name));
            Files.deleteIfExists(file);
            try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
                image.setLength((long) mebibytes << 20);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> mkfs = new ArrayList<>(List.of("mkfs.ext4", "-q", "-F"));
        mkfs.addAll(List.of(mkfsOptions));
        mkfs.add(file.toString());
        SystemCommand.run(mkfs.toArray(String[]::new));
        file.toFile().deleteOnExit();
        LoopImage image = new LoopImage(file, directory.resolve(name));
        image.mount();
        return image;
    }

    /** Where its files are. */
    Path path() {
        return mountPoint;
    }

    void mount() {
        SystemCommand.run("mount", "-o", "loop", file.toString(), mountPoint.toString());
        mounted = true;
    }

    void unmount() {
        SystemCommand.run("umount", mountPoint.toString());
        mounted = false;
    }

    /** Stands by to cut its power. */
    Cutter cutter() {
        return new Cutter(
                ChildProcess.start("cut-power", List.of("perl", CUT_POWER.toString(), mountPoint.toString())));
    }

    /** What cuts the power of one mount, once, without a process's start in between. */
    static final class Cutter implements AutoCloseable {
        private final ChildProcess process;

        private Cutter(ChildProcess process) {
            this.process = process;
            process.awaitLine("armed"::equals, "that it is armed", CUT_MAX);
        }

        /** Asks for the cut, and returns at once. */
        void strike() {
            process.say("cut");
        }

        /** Returns when the power is off. */
        void awaitCut() {
            process.awaitLine("cut"::equals, "that the power is cut", CUT_MAX);
        }

        @Override
        public void close() {
            process.close();
        }
    }

    /** Unmounts it, and deletes it. */
    @Override
    public void close() {
        if (mounted) {
            unmount();
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
