package io.unanimous.sdk.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MariaDbSessionTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1", "1790000000, 7", "2147483648, 4294967295", "4294967295, 4294967295"})
    void aNameIsShortAndReadBack(long startedAt, long connectionId) {
        MariaDbSession session = new MariaDbSession(startedAt, connectionId);

        assertThat(session.name())
                .hasSizeLessThanOrEqualTo(BranchXid.SESSION_LENGTH_MAX)
                .matches("[0-9a-z]+");
        assertThat(MariaDbSession.named(session.name())).isEqualTo(session);
    }

    @Test
    void theIdAloneNamesNoSession() {
        assertThat(new MariaDbSession(1_790_000_000L, 7).name())
                .isNotEqualTo(new MariaDbSession(1_790_000_001L, 7).name());
        assertThat(new MariaDbSession(1_790_000_000L, 7)).hasToString("session 7");
    }

    @ParameterizedTest
    @CsvSource({"-1, 7", "4294967296, 7", "1790000000, -1", "1790000000, 4294967296"})
    void whatDoesNotFitIsRefused(long startedAt, long connectionId) {
        assertThatThrownBy(() -> new MariaDbSession(startedAt, connectionId))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
