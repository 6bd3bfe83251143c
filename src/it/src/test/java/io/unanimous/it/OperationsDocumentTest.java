package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * docs/operations.md says nothing that is not tried: {@link DisastersIT} carries out every block of commands, and each
 * disaster names its tests. That the commands exist and say what is shown is found out there.
 */
final class OperationsDocumentTest {

    private static final Path TESTS = Path.of("src/test/java/io/unanimous/it");
    private static final Pattern USED = Pattern.compile("\\.(?:run|start|sql)\\(\\s*\"([a-z]+(?:[.-][a-z-]+)*)\"\\)");
    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z]+(?:IT|Test))\\.([a-zA-Z0-9]+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(#([a-z0-9-]+)\\)");
    private static final Pattern SHOWN_BY = Pattern.compile("^Shown by .*");

    @Test
    void everyBlockOfCommandsIsCarriedOutAndNoOther() throws IOException {
        List<String> named = Runbook.blocks().stream()
                .filter(block ->
                        block.language().equals("console") || block.language().equals("sql"))
                .map(Runbook.Block::name)
                .toList();
        assertThat(named).doesNotHaveDuplicates().doesNotContain("");
        Set<String> used = USED.matcher(Files.readString(TESTS.resolve("DisastersIT.java")))
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).containsExactlyInAnyOrderElementsOf(used);
    }

    @Test
    void everyCommandShowsWhatItSays() {
        for (Runbook.Block block : Runbook.blocks()) {
            if (block.language().equals("console")) {
                for (Runbook.Step step : Runbook.steps(block)) {
                    assertThat(step.command()).as(block.name()).matches("(?s)(tx-admin|tx-coordinator|mv|cp) .*");
                    assertThat(step.shown().isEmpty())
                            .as("block " + block.name() + " shows nothing of " + step.command())
                            .isEqualTo(step.command().matches("(mv|cp) .*"));
                }
            }
        }
    }

    @Test
    void everyLinkHasItsSectionAndEveryDisasterItsTests() throws IOException {
        String document = Files.readString(Runbook.DOCUMENT);
        List<String> anchors = new ArrayList<>();
        String section = "";
        int tests = 1;
        for (String line : document.lines().toList()) {
            if (line.startsWith("## ")) {
                assertThat(tests).as("tests named by " + section).isPositive();
                section = line.substring(3);
                anchors.add(anchor(section));
                tests = section.startsWith("If ") ? 0 : 1;
            } else if (SHOWN_BY.matcher(line).matches()) {
                tests++;
            }
        }
        assertThat(tests).as("tests named by " + section).isPositive();
        assertThat(LINK.matcher(document).results().map(link -> link.group(1)).toList())
                .isNotEmpty()
                .isSubsetOf(anchors);
        for (MatchResult test : TEST.matcher(document).results().toList()) {
            assertThat(Files.readString(TESTS.resolve(test.group(1) + ".java")))
                    .as(test.group())
                    .contains("void " + test.group(2) + "(");
        }
    }

    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 -]", "").replace(' ', '-');
    }
}
