package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/hazards.md names tests that exist, for every hazard. */
final class HazardsDocumentTest {

    private static final int HAZARDS = 57;
    private static final Pattern ROW = Pattern.compile("^\\| (\\d+) \\|.*");
    private static final Pattern NAME = Pattern.compile("`([A-Za-z0-9-]+)([/.:])([A-Za-z0-9_-]+)`");

    private final Path root = Path.of("../..").toAbsolutePath().normalize();

    @Test
    void everyHazardHasItsRowAndEveryTestNamedExists() throws IOException {
        List<Integer> numbers = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String line : Files.readAllLines(root.resolve("docs/hazards.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                numbers.add(Integer.valueOf(row.group(1)));
                int named = 0;
                Matcher name = NAME.matcher(line);
                while (name.find()) {
                    named++;
                    if (!exists(name.group(1), name.group(2).charAt(0), name.group(3))) {
                        missing.add(name.group());
                    }
                }
                assertThat(named).as(line).isPositive();
            }
        }
        assertThat(numbers)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, HAZARDS).boxed().toList());
        assertThat(missing).isEmpty();
    }

    private boolean exists(String first, char kind, String second) throws IOException {
        if (kind == '/') {
            return Files.exists(
                    root.resolve("coordinator-server/src/test/resources/scenarios/" + first + "/" + second + ".txt"));
        }
        if (kind == ':') {
            return second.equals(CrashRow.valueOf(second).name());
        }
        try (Stream<Path> files = Stream.of("coordinator-server", "participant-sdk", "cli", "src")
                .map(root::resolve)
                .flatMap(HazardsDocumentTest::walk)) {
            return files.filter(file -> file.getFileName().toString().equals(first + ".java")
                            || (first.endsWith("IT")
                                    && file.getFileName().toString().endsWith("Contract.java")))
                    .anyMatch(file -> read(file).contains("void " + second + "("));
        }
    }

    private static Stream<Path> walk(Path directory) {
        try {
            return Files.walk(directory).filter(file -> file.toString().contains("/src/test/"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
