package io.unanimous.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PauseTest {

    @Test
    void aPauseThatNobodyElseHadIsItsOwn() {
        assertThat(new Pause(100, 50).ownNs(List.of(new Pause(0, 100), new Pause(150, 10))))
                .isEqualTo(50);
    }

    @Test
    void whatTheControlProcessHadTooIsTheMachines() {
        assertThat(new Pause(100, 50).ownNs(List.of(new Pause(90, 20), new Pause(140, 100))))
                .isEqualTo(30);
        assertThat(new Pause(100, 50).ownNs(List.of(new Pause(0, 1_000)))).isZero();
    }

    @Test
    void aLineIsReadBack(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("pauses"), "12 5000000\n90 7000000\n");
        assertThat(Pause.read(file)).containsExactly(new Pause(12, 5_000_000), new Pause(90, 7_000_000));
    }

    @Test
    void theMeterNoticesThatItsProcessStoodStill(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("pauses");
        Process meter = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Path.of(PauseMeter.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI())
                                .toString(),
                        PauseMeter.class.getName(),
                        file.toString())
                .start();
        try {
            assertThat(meter.inputReader().readLine()).isEqualTo("watching");
            signal("STOP", meter);
            long stoppedNs = System.nanoTime();
            // The stop is what is measured, and so has to last.
            Thread.sleep(200);
            signal("CONT", meter);
            long stopMs = (System.nanoTime() - stoppedNs) / 1_000_000;
            await().untilAsserted(() -> assertThat(Pause.read(file))
                    .anySatisfy(
                            pause -> assertThat(pause.tookNs()).isBetween(150_000_000L, (stopMs + 2_000) * 1_000_000)));
        } finally {
            meter.destroyForcibly().waitFor();
        }
    }

    private static void signal(String signal, Process process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }
}
