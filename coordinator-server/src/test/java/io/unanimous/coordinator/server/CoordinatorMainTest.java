package io.unanimous.coordinator.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** The command line: what it takes, and what it says to what it does not take. */
final class CoordinatorMainTest {

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine commandLine = CoordinatorMain.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(arguments);
    }

    @Test
    void withoutADataDirectoryItSaysHowToUseIt() {
        assertThat(run()).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("Missing required option", "--data-dir", "Usage: tx-coordinator");
    }

    @Test
    void helpNamesEveryDefaultAndEveryExitCode() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("127.0.0.1:7400", "--prepare-timeout", "10s", "200000", "Exit codes:", "70")
                .doesNotContain("DEFAULT-VALUE");
    }

    @Test
    void saysItsVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("tx-coordinator ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--listen=7400",
                "--listen=host",
                "--listen=host:99999",
                "--listen=::1:7400",
                "--prepare-timeout=10",
                "--prepare-timeout=-1s",
                "--prepare-timeout=0s",
                "--open-transactions=0",
                "--open-transactions=many",
                "--retry-min=0ms",
                "--retry-min=31s",
                "--disk-reserve=1TB",
                "--streams=0",
                "--unknown"
            })
    void aWrongOptionStartsNothing(String option) throws Exception {
        assertThat(run("--data-dir", directory.resolve("store").toString(), option))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).doesNotContain("\tat ");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aPortInUseIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            int code = run(
                    "--data-dir", directory.resolve("store").toString(), "--listen", "0.0.0.0:" + taken.getLocalPort());
            assertThat(code).isEqualTo(ExitCodes.CANNOT_LISTEN);
        }
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).startsWith("tx-coordinator: cannot listen on 0.0.0.0:");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"0ms,0", "500ms,500", "10s,10000", "5m,300000", "24h,86400000", "7d,604800000"})
    void durationsAreANumberAndAUnit(String text, long ms) {
        assertThat(new DurationOption().convert(text)).isEqualTo(ms);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "100,100", "2KiB,2048", "64MiB,67108864", "2GiB,2147483648"})
    void sizesAreANumberAndAUnit(String text, long bytes) {
        assertThat(new SizeOption().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"localhost:7400,localhost,7400", ":0,0.0.0.0,0", "[::1]:7400,::1,7400"})
    void addressesAreAHostAndAPort(String text, String host, int port) throws TypeConversionException {
        ListenAddress address = new ListenAddress.Converter().convert(text);
        assertThat(address).isEqualTo(new ListenAddress(host, port));
    }

    @Test
    void anAddressIsShownWithItsRealPort() {
        assertThat(new ListenAddress("::1", 0).at(4711)).isEqualTo("[::1]:4711");
        assertThat(new ListenAddress("localhost", 0).at(4711)).isEqualTo("localhost:4711");
    }
}
