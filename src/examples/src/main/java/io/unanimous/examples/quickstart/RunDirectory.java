package io.unanimous.examples.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The temporary directory of one run: data, logs, and what PostgreSQL is unpacked into. Its path stands in the command
 * line of every process of the run, which is how none of them can be overlooked.
 */
final class RunDirectory {

    private final Path root;

    private RunDirectory(Path root) {
        this.root = root;
    }

    static RunDirectory create() throws IOException {
        RunDirectory run = new RunDirectory(Files.createTempDirectory("unanimous-quickstart-"));
        Files.createDirectory(run.logs());
        return run;
    }

    Path root() {
        return root;
    }

    Path file(String name) {
        return root.resolve(name);
    }

    Path logs() {
        return root.resolve("logs");
    }

    Path log(String process) {
        return logs().resolve(process + ".log");
    }

    void delete() {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new QuickstartFailure("Cannot delete " + root + ": " + e.getMessage(), e);
        }
    }
}
