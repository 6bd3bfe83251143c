package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every input that the fuzzer is kept with, once more. */
final class FuzzCorpusTest {

    @TestFactory
    Stream<DynamicTest> commandLinesOfTxAdmin() throws IOException {
        List<Path> inputs;
        try (Stream<Path> files = Files.list(Path.of("src/test/fuzz/tx-admin"))) {
            inputs = files.sorted().toList();
        }
        assertThat(inputs).isNotEmpty();
        return inputs.stream()
                .map(input -> DynamicTest.dynamicTest(
                        input.getFileName().toString(),
                        () -> TxAdminFuzz.fuzzerTestOneInput(Files.readAllBytes(input))));
    }
}
