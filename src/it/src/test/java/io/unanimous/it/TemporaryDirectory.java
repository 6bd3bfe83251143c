package io.unanimous.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory that a rung works in; deleted when all went well, and else left to be looked at. */
final class TemporaryDirectory {

    private TemporaryDirectory() {}

    /** Makes a new one in a parent, which is made too if need be. */
    static Path create(Path parent, String name) throws IOException {
        return Files.createTempDirectory(Files.createDirectories(parent.toAbsolutePath()), name + "-");
    }

    /** Deletes a directory and all that is in it; nothing if it is not there. */
    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> tree = Files.walk(directory)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
