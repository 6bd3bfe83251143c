package io.unanimous.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A tiny round of ours and the floor: what matters is that it is sound, not how fast it is. */
class TinyRoundIT {

    private static final Path ROOT = Path.of("../../..").toAbsolutePath().normalize();

    @Test
    void oursAndTheFloorFinishWhatTheyBeganAndSaySo() throws Exception {
        Path directory =
                Files.createTempDirectory(Path.of("target"), "tiny-round-").toAbsolutePath();
        Path json = directory.resolve("figures.json");
        StringWriter out = new StringWriter();
        int code = Bench.commandLine(ROOT)
                .setOut(new PrintWriter(out, true))
                .execute(
                        "--contenders=ours,floor",
                        "--in-flight=8,1",
                        "--rounds=1",
                        "--warmup=0.5",
                        "--settle=0.2",
                        "--seconds=1",
                        "--dir=" + directory.resolve("data"),
                        "--json=" + json,
                        "--plots=" + directory.resolve("plots"));
        assertThat(code).as(out.toString()).isZero();
        assertThat(out.toString()).contains("| ours ", "| floor ", "fdatasync");
        JsonObject report = new Gson().fromJson(Files.readString(json), JsonObject.class);
        List<String> measured = new ArrayList<>();
        for (JsonElement element : report.getAsJsonArray("rounds")) {
            JsonObject round = element.getAsJsonObject();
            measured.add(round.get("contender").getAsString());
            assertThat(round.get("committed").getAsLong()).isPositive();
            assertThat(round.get("rolledBack").getAsLong()).isZero();
            assertThat(round.get("failed").getAsLong()).isZero();
            assertThat(round.getAsJsonArray("faults")).isEmpty();
            assertThat(round.getAsJsonArray("levels"))
                    .extracting(level -> level.getAsJsonObject().get("inFlight").getAsInt())
                    .containsExactly(1, 8);
            assertThat(round.getAsJsonArray("checked").toString())
                    .contains(": " + round.get("committed").getAsLong());
        }
        assertThat(measured)
                .containsExactly("io.unanimous.bench.ours.PackagedFactory", "io.unanimous.bench.floor.FloorFactory");
        assertThat(directory.resolve("plots/throughput.svg")).isRegularFile();
        assertThat(directory.resolve("data")).isEmptyDirectory();
    }
}
