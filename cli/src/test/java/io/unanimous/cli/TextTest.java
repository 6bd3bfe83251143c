package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.v1.TransactionState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** How times, words, endpoints, documents and text from elsewhere are read and written. */
class TextTest {
    @ParameterizedTest
    @CsvSource({"500ms, 500", "5s, 5000", "10m, 600000", "2H, 7200000", "3d, 259200000", "0s, 0"})
    void durationsAreRead(String text, long ms) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(ms));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "1.5s", "5 s", "5m3s", "9999999999s", "40000d", "٥s"})
    void otherDurationsAreRefused(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "-5, 0ms",
        "0, 0ms",
        "999, 999ms",
        "1000, 1.0s",
        "9999, 9.9s",
        "10000, 10s",
        "59999, 59s",
        "60000, 1m00s",
        "3599999, 59m59s",
        "3600000, 1h00m",
        "86399999, 23h59m",
        "86400000, 1d00h",
        "360000000, 4d04h"
    })
    void durationsAreWrittenInTwoUnits(long ms, String text) {
        assertThat(Durations.brief(ms)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, localhost:7400",
        "db7:1, db7:1",
        "10.0.0.1:65535, 10.0.0.1:65535",
        "[::1]:7401, [::1]:7401",
        "[fe80::1%eth0], [fe80::1%eth0]:7400"
    })
    void endpointsAreRead(String text, String written) {
        assertThat(Endpoint.parse(text)).hasToString(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":7400", "h:", "h:0", "h:65536", "::1", "http://h:1", "h:1/x", "h 1", "h:-1", "h:+1"})
    void otherEndpointsAreRefused(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyStateHasAWordThatReadsBack() throws Exception {
        for (String word : new Words.States()) {
            assertThat(Words.of(new Words.StateConverter().convert(word))).isEqualTo(word);
        }
        assertThat(new Words.States()).hasSize(8);
        assertThat(Words.of(TransactionState.UNRECOGNIZED)).isEqualTo("unrecognized");
    }

    @Test
    void harmlessTextStaysAsItIs() {
        for (String text : List.of("", "plain ~", "Zürich, 東京, naïve", "a\\b", "😀")) {
            assertThat(SafeText.of(text)).isEqualTo(text);
        }
    }

    @Test
    void everyCodePointThatATerminalObeysIsEscaped() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            String safe = SafeText.of(new String(Character.toChars(c)));
            boolean control = c < 0x20
                    || (c >= 0x7f && c < 0xa0)
                    || (c >= 0x202a && c <= 0x202e)
                    || (c >= 0x2066 && c <= 0x2069)
                    || c == 0x2028
                    || c == 0x2029
                    || c == 0xfeff
                    || (c >= 0xd800 && c <= 0xdfff);
            if (control) {
                assertThat(safe).as("U+%04X", c).matches("\\\\(n|t|u[0-9a-f]{4})");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "$x", "~", "*", "a;b", "#", "`x`", "a\"b", "[a]", "x!"})
    void shellWordsAreQuotedWhereNeeded(String text) {
        assertThat(SafeText.shellWord(text)).isEqualTo("'" + text + "'");
    }

    @Test
    void otherShellWordsStayAsTheyAre() {
        assertThat(SafeText.shellWord("a/b-c.d_e:1")).isEqualTo("a/b-c.d_e:1");
        assertThat(SafeText.shellWord("")).isEqualTo("''");
        assertThat(SafeText.shellWord("it's")).isEqualTo("'it'\\''s'");
    }

    @Test
    void documentsReadBackInBothLanguages() {
        Value.Fields document = new Value.Fields()
                .with("text", Value.of("a: b # \"c\" \\ '\u0000\u001b\u0085\u2028 \ud800 😀\r\n\t- x"))
                .with("number", Value.of(-1))
                .with("unsigned", Value.ofUnsigned(-1))
                .with("flag", Value.of(true))
                .with("nothing", Value.ABSENT)
                .with("yes", Value.of("no"))
                .with("1.5: -", Value.of(""))
                .with("emptyList", new Value.Items(List.of()))
                .with("emptyMap", new Value.Fields())
                .with(
                        "nested",
                        new Value.Items(List.of(
                                new Value.Items(List.of(Value.of(1), new Value.Items(List.of(Value.of("x"))))),
                                new Value.Fields()
                                        .with("deep", new Value.Fields().with("deeper", Value.of(2)))
                                        .with("b", Value.of(3)),
                                new Value.Fields())));
        Map<String, Object> expected = new Yaml().load(document.jsonLine());
        assertThat(new Yaml().<Object>load(document.json())).isEqualTo(expected);
        assertThat(new Yaml().<Object>load(document.yaml())).isEqualTo(expected);
        assertThat(expected)
                .containsEntry("text", "a: b # \"c\" \\ '\u0000\u001b\u0085\u2028 \ud800 😀\r\n\t- x")
                .containsEntry("yes", "no")
                .containsEntry("nothing", null)
                .containsEntry("unsigned", new BigInteger("18446744073709551615"));
        assertThat(new LinkedHashMap<>(expected).keySet()).hasSize(10);
        assertThat(document.jsonLine()).doesNotContain("\n", "\u001b");
    }

    @Test
    void columnsGrowAndStayInLine() {
        Table table = new Table("A", "BB");
        assertThatThrownBy(() -> table.add("only one")).isInstanceOf(IllegalArgumentException.class);
        table.add("x", "y");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        table.printTo(out, "");
        table.printTo(out, "");
        table.add("long😀", "");
        table.printTo(out, " ");
        table.add("x", "y");
        table.printTo(out, "");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("A  BB\nx  y\n long😀  -\nx      y\n");
    }
}
