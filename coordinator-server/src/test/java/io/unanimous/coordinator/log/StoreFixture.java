package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.LogRecord;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Stores for tests: without a reserve, on whatever disk the tests run. */
final class StoreFixture {
    private StoreFixture() {}

    static StoreOptions options(Path directory) {
        return new StoreOptions(directory, 0, 0, 0);
    }

    static RocksDecisionLog open(Path directory) {
        return RocksDecisionLog.open(options(directory));
    }

    static List<LogRecord> replay(DecisionLog log) {
        List<LogRecord> records = new ArrayList<>();
        log.replay(records::add);
        return records;
    }

    /** What a start would find; the store is closed again. */
    static List<LogRecord> read(Path directory) {
        try (RocksDecisionLog log = open(directory)) {
            return replay(log);
        }
    }

    /** Copies a store's files as they are now: what a killed process leaves. */
    static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectories(to.resolve(from.relativize(directory).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            StoreFiles.deleteTree(directory);
        }
    }

    /** The files in a store's records whose names begin and end so, sorted, without the empty ones. */
    static List<Path> recordFiles(Path directory, String prefix, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(StoreFiles.RECORDS))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)
                            && file.getFileName().toString().endsWith(suffix)
                            && file.toFile().length() > 0)
                    .sorted()
                    .toList();
        }
    }
}
