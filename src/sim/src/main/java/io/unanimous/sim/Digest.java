package io.unanimous.sim;

import io.unanimous.sim.check.Observation;

/** A fingerprint of everything that was seen, in its order (FNV-1a over 64 bits). */
final class Digest {

    private static final long OFFSET = 0xCBF29CE484222325L;
    private static final long PRIME = 0x100000001B3L;

    private long value = OFFSET;

    void add(Observation observation) {
        String text = observation.toString();
        for (int i = 0; i < text.length(); i++) {
            value = (value ^ text.charAt(i)) * PRIME;
        }
    }

    void add(long other) {
        value = (value ^ other) * PRIME;
    }

    long value() {
        return value;
    }
}
