package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.coordinator.core.BranchName;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Planted bugs fit the present sources, and what plants and catches them can tell a caught one from a missed one. */
final class PlantedBugsTest {

    /** As many as are caught today: it only rises. */
    private static final int BUGS_MIN = 69;

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    private static final String CHANGED =
            "coordinator-server/src/main/java/io/unanimous/coordinator/core/BranchName.java";
    private static final String WAS = "return resource + \"/\" + suffix;";

    @TempDir
    private Path directory;

    @TestFactory
    Stream<DynamicTest> everyBugFitsTheSources() throws IOException {
        List<PlantedBug> bugs = PlantedBug.in(ROOT.resolve("src/it/bugs"));
        assertThat(bugs).hasSizeGreaterThanOrEqualTo(BUGS_MIN);
        return bugs.stream()
                .map(bug -> DynamicTest.dynamicTest(
                        bug.toString(), () -> PatchedClasses.of(bug, ROOT, directory.resolve("work"), CLASS_PATH)));
    }

    /** The ladder takes the number from a commit: up to 31 bits. */
    @Test
    void aPartMayHaveAnyNumber() {
        String bugs = "--bugs=" + ROOT.resolve("src/it/bugs");
        assertThat(new CommandLine(new Plant()).execute("--list", bugs, "--part=" + Integer.MAX_VALUE + "/4"))
                .isZero();
        assertThat(new CommandLine(new Plant()).execute("--list", bugs, "--part=x/4"))
                .isEqualTo(CommandLine.ExitCode.USAGE);
    }

    @Test
    void aBugIsCaughtWhenAnInvariantIsNamed() throws Exception {
        PlantedBug bug = PlantedBug.read(patch("01-named-otherwise.patch", WAS, "return resource + \"-\" + suffix;"));
        String patched =
                PatchedClasses.of(bug, ROOT, directory.resolve("work"), CLASS_PATH) + File.pathSeparator + CLASS_PATH;

        assertThat(run(CLASS_PATH, "checks").isSound()).isTrue();
        RungRun caught = run(patched, "checks");
        assertThat(caught.isSound()).isFalse();
        assertThat(caught.caught()).isTrue();
        assertThat(caught.invariant()).isEqualTo("A4");
        assertThat(bug.commandOf(caught)).endsWith("--seeds", "1", "--seed", "17");
        assertThat(Files.readString(caught.log())).contains("violation: invariant=A4");
    }

    @Test
    void aProgramThatThrowsHasNotCaughtTheBug() throws Exception {
        PlantedBug bug = PlantedBug.read(patch("01-throws.patch", WAS, "throw new IllegalStateException(suffix);"));
        String patched =
                PatchedClasses.of(bug, ROOT, directory.resolve("work"), CLASS_PATH) + File.pathSeparator + CLASS_PATH;

        RungRun thrown = run(patched, "checks");

        assertThat(thrown.exitCode()).isEqualTo(1);
        assertThat(thrown.caught()).isFalse();
    }

    @Test
    void aRungThatTakesTooLongIsEnded() throws Exception {
        RungRun endless = RungRun.of(List.of(Checks.class.getName(), "waits"), CLASS_PATH, directory.resolve("log"), 1);

        assertThat(endless.exitCode()).isEqualTo(RungRun.TOO_LONG);
        assertThat(endless.caught()).isFalse();
    }

    @Test
    void aPatchWhoseSurroundingsChangedNoLongerApplies() throws Exception {
        PlantedBug bug = PlantedBug.read(patch("01-late.patch", "return resource + suffix;", "return suffix;"));

        assertThatThrownBy(() -> PatchedClasses.of(bug, ROOT, directory.resolve("work"), CLASS_PATH))
                .isInstanceOf(PatchedClasses.DoesNotFit.class)
                .hasMessageContaining("01-late no longer applies");
    }

    @Test
    void aPatchThatDoesNotCompileIsRefused() throws Exception {
        PlantedBug bug = PlantedBug.read(patch("01-wrong.patch", WAS, "return nothing;"));

        assertThatThrownBy(() -> PatchedClasses.of(bug, ROOT, directory.resolve("work"), CLASS_PATH))
                .isInstanceOf(PatchedClasses.DoesNotFit.class)
                .hasMessageContaining("01-wrong does not compile");
    }

    @Test
    void aHeaderThatLacksALineIsRefused() throws Exception {
        Path patch = patch("01-short.patch", WAS, "return suffix;");
        Files.writeString(patch, Files.readString(patch).replaceFirst("Rung: .*\n", ""));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PlantedBug.read(patch))
                .withMessageContaining("no line 'Rung: ...'");
    }

    @Test
    void onlyProductionSourcesArePatched() throws Exception {
        Path patch = patch("01-test.patch", WAS, "return suffix;");
        Files.writeString(patch, Files.readString(patch).replace("src/main", "src/test"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PlantedBug.read(patch))
                .withMessageContaining("is no source of the product");
    }

    private RungRun run(String classPath, String how) throws IOException {
        return RungRun.of(List.of(Checks.class.getName(), how), classPath, directory.resolve("log"), 60);
    }

    /** A patch that replaces one line of the source above. */
    private Path patch(String name, String before, String after) throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve(CHANGED));
        int at = 0;
        while (!lines.get(at).contains(WAS)) {
            at++;
        }
        String diff = "Hazard: 1\nRung: simulate\nRun: --seeds 1\nWhat: A test.\n\n--- a/" + CHANGED
                + "\n+++ b/" + CHANGED + "\n@@ -" + at + ",3 +" + at + ",3 @@\n " + lines.get(at - 1) + "\n-        "
                + before + "\n+        " + after + "\n " + lines.get(at + 1) + "\n";
        return Files.writeString(directory.resolve(name), diff);
    }

    /** A rung for these tests: knows one invariant of one class. */
    static final class Checks {
        private Checks() {}

        public static void main(String[] arguments) throws InterruptedException {
            if (arguments[0].equals("waits")) {
                Thread.sleep(Long.MAX_VALUE);
            }
            if (!new BranchName("ledger", "a1").toString().equals("ledger/a1")) {
                System.out.println("violation: invariant=A4 seed=17 a branch has another's name");
                System.exit(1);
            }
            System.out.println("checks: names=1 violations=0");
        }
    }
}
