package io.unanimous.sim.explore;

/**
 * The states met, each by 64 bits of its hash. Two states with one hash count as one; among ten million states the chance of
 * a single such pair is three in a million.
 */
final class StateSet {

    private static final int FIRST_CAPACITY = 1 << 16;

    private long[] slots = new long[FIRST_CAPACITY];
    private int size;

    /** Takes in a state; says whether it is new. */
    boolean add(byte[] state) {
        if (size * 4L >= slots.length * 3L) {
            grow();
        }
        long hash = hash(state);
        if (!put(slots, hash)) {
            return false;
        }
        size++;
        return true;
    }

    int size() {
        return size;
    }

    private void grow() {
        long[] larger = new long[slots.length * 2];
        for (long hash : slots) {
            if (hash != 0) {
                put(larger, hash);
            }
        }
        slots = larger;
    }

    private static boolean put(long[] slots, long hash) {
        int at = (int) (hash >>> 20) & (slots.length - 1);
        while (slots[at] != 0) {
            if (slots[at] == hash) {
                return false;
            }
            at = (at + 1) & (slots.length - 1);
        }
        slots[at] = hash;
        return true;
    }

    /** Never 0, which means an empty slot. */
    private static long hash(byte[] state) {
        long hash = 0x9E3779B97F4A7C15L * (state.length + 1);
        for (byte b : state) {
            hash = (hash ^ b) * 0xBF58476D1CE4E5B9L;
            hash ^= hash >>> 29;
        }
        hash *= 0x94D049BB133111EBL;
        hash ^= hash >>> 32;
        return hash == 0 ? 1 : hash;
    }
}
