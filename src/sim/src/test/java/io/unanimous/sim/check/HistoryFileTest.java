package io.unanimous.sim.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {

    /** Every character that the format gives a meaning to. */
    private static final String AWKWARD = "a\tb\\t,;c\r\nd\\ \u00e9 ";

    @TempDir
    Path directory;

    /** One of each kind, awkward strings throughout, made from the record's own components. */
    private static List<Observation> oneOfEachKind() throws ReflectiveOperationException {
        List<Observation> all = new ArrayList<>();
        for (Class<?> kind : ObservationCodec.kinds()) {
            Class<?>[] types = Arrays.stream(kind.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            Object[] values = new Object[types.length];
            for (int i = 0; i < types.length; i++) {
                values[i] = sample(types[i], i);
            }
            all.add((Observation) kind.getDeclaredConstructor(types).newInstance(values));
        }
        return all;
    }

    private static Object sample(Class<?> type, int index) {
        if (type == long.class) {
            return Long.MAX_VALUE - index;
        } else if (type == int.class) {
            return Integer.MAX_VALUE - index;
        } else if (type == boolean.class) {
            return true;
        } else if (type == String.class) {
            return AWKWARD + index;
        } else if (type == List.class) {
            return List.of(
                    new Observation.AuditEntry(AWKWARD, Observation.Verb.FORGET, "", AWKWARD, ""),
                    new Observation.AuditEntry("", Observation.Verb.ROLL_BACK, AWKWARD, "", AWKWARD));
        }
        Object[] constants = type.getEnumConstants();
        return constants[constants.length - 1];
    }

    private static List<Observation> read(Path path) {
        List<Observation> read = new ArrayList<>();
        assertThat(HistoryFile.read(path, read::add)).isEqualTo(read.size());
        return read;
    }

    @Test
    void everyKindIsReadBackAsItWasWritten() throws ReflectiveOperationException {
        Path path = directory.resolve("history");
        List<Observation> all = oneOfEachKind();
        try (HistoryFile file = HistoryFile.create(path)) {
            all.forEach(file::record);
        }
        assertThat(all).hasSizeGreaterThan(20);
        assertThat(read(path)).isEqualTo(all);
    }

    @Test
    void everyKindIsTakenInByTheChecker() throws ReflectiveOperationException {
        Checker checker = new Checker();
        oneOfEachKind().forEach(checker::observe);
        checker.finish();
        assertThat(checker.violations()).isNotEmpty();
    }

    @Test
    void aTornLastLineIsTolerated() throws IOException, ReflectiveOperationException {
        Path path = directory.resolve("history");
        Observation line = oneOfEachKind().get(0);
        byte[] whole = (ObservationCodec.encode(line) + "\n").getBytes(StandardCharsets.UTF_8);
        for (int torn = 0; torn < whole.length; torn++) {
            Files.write(path, whole);
            Files.write(path, Arrays.copyOf(whole, torn), StandardOpenOption.APPEND);
            assertThat(read(path)).containsExactly(line);
        }
    }

    @Test
    void anythingElseIsRefusedWithItsLine() throws IOException {
        Path path = directory.resolve("history");
        Files.writeString(path, "FaultsEnded\t1\trun\nFaultsEnded\t1\n");
        assertThatThrownBy(() -> read(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("FaultsEnded has 2 fields, not 1");
        Files.writeString(path, "Rumour\t1\trun\n");
        assertThatThrownBy(() -> read(path)).hasMessageContaining("no kind of observation: Rumour");
    }

    @Test
    void aFileOfAnotherLifeIsNotContinued() throws IOException {
        Path path = Files.createFile(directory.resolve("history"));
        assertThatThrownBy(() -> HistoryFile.create(path)).hasMessageContaining("cannot create the history");
    }
}
