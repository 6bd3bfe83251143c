package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BranchNameTest {

    @Test
    void namesAtTheirLimitsComeBackFromTheText() {
        for (String text : List.of(
                "a/0",
                "a-b.c_d/z9",
                "x".repeat(BranchName.RESOURCE_BYTES_MAX) + "/" + "9".repeat(BranchName.SUFFIX_BYTES_MAX))) {
            assertThat(BranchName.parse(text).orElseThrow().toString()).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a",
                "a/",
                "/a",
                "a/b/c",
                "A/b",
                "a/B",
                "a b/c",
                "a/b-c",
                "\u00e4/b",
                "a/\u00e4",
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/a",
                "a/aaaaaaaaaaaaaaaaa"
            })
    void malformedTextIsNoName(String text) {
        assertThat(BranchName.parse(text)).isEmpty();
    }

    @Test
    void malformedPartsAreRefused() {
        assertThatThrownBy(() -> new BranchName("", "a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BranchName("a", "A")).hasMessageContaining("a/A");
    }

    @Test
    void namesSortByResourceAndThenBySuffix() {
        assertThat(new BranchName("a", "z")).isLessThan(new BranchName("b", "a"));
        assertThat(new BranchName("a", "a")).isLessThan(new BranchName("a", "b"));
        assertThat(new BranchName("a", "a")).isEqualByComparingTo(new BranchName("a", "a"));
    }

    /** An xid has 64 bytes for the branch. */
    @Test
    void longestNameFitsAnXid() {
        assertThat(BranchName.RESOURCE_BYTES_MAX + 1 + BranchName.SUFFIX_BYTES_MAX)
                .isLessThanOrEqualTo(64);
        assertThat(TransactionId.TEXT_LENGTH).isLessThanOrEqualTo(64);
    }
}
