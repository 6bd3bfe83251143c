package io.unanimous.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.coordinator.log.RecordCodecFuzz;
import io.unanimous.coordinator.server.CoordinatorMainFuzz;
import io.unanimous.coordinator.transport.WireFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every input that the fuzzer is kept with, once more. */
final class FuzzCorpusTest {

    @TestFactory
    Stream<DynamicTest> recordsOfTheLog() throws IOException {
        return replay("record-codec", RecordCodecFuzz::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> framesAndCallsOfTheWire() throws IOException {
        return replay("wire", WireFuzz::fuzzerTestOneInput);
    }

    @TestFactory
    Stream<DynamicTest> commandLinesOfTheDaemon() throws IOException {
        return replay("tx-coordinator", CoordinatorMainFuzz::fuzzerTestOneInput);
    }

    private static Stream<DynamicTest> replay(String target, Consumer<byte[]> fuzz) throws IOException {
        List<Path> inputs;
        try (Stream<Path> files = Files.list(Path.of("src/test/fuzz", target))) {
            inputs = files.sorted().toList();
        }
        assertThat(inputs).isNotEmpty();
        return inputs.stream()
                .map(input -> DynamicTest.dynamicTest(
                        input.getFileName().toString(), () -> fuzz.accept(Files.readAllBytes(input))));
    }
}
