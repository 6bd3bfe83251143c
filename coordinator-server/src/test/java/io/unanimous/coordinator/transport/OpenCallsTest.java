package io.unanimous.coordinator.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order of {@link OpenCalls}, and calls that end while they are gone through. */
final class OpenCallsTest {

    private final OpenCalls<Object> calls = new OpenCalls<>();

    @Test
    void goesThroughTheCallsAsTheyOpened() {
        List<Object> opened = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Object call = new Object();
            opened.add(call);
            calls.add(call);
        }
        List<Object> seen = new ArrayList<>();
        calls.forEach(seen::add);
        assertThat(seen).containsExactlyElementsOf(opened);
    }

    @Test
    void aCallMayEndOnTheWay() {
        Object first = new Object();
        Object second = new Object();
        calls.add(first);
        calls.add(second);
        calls.forEach(call -> assertThat(calls.remove(call)).isTrue());
        assertThat(calls.remove(first)).isFalse();
        calls.forEach(call -> {
            throw new AssertionError("still open");
        });
    }
}
