package io.unanimous.coordinator.transport;

import java.util.Arrays;
import java.util.List;

/** A fuzzer's input, read as a series of choices: where it has ended, every choice is the first. */
final class FuzzBytes {
    private final byte[] input;
    private int at;

    FuzzBytes(byte[] input) {
        this.input = input;
    }

    boolean hasMore() {
        return at < input.length;
    }

    /** 0 to 255. */
    int next() {
        return hasMore() ? Byte.toUnsignedInt(input[at++]) : 0;
    }

    /** 0 to {@code bound - 1}. */
    int below(int bound) {
        return next() % bound;
    }

    boolean flag() {
        return (next() & 1) == 1;
    }

    <T> T of(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    /** As many bytes as the next two say, or as there are. */
    byte[] bytes() {
        int length = Math.min(next() << 8 | next(), input.length - at);
        byte[] bytes = Arrays.copyOfRange(input, at, at + length);
        at += length;
        return bytes;
    }
}
