package io.unanimous.sim.explore;

import java.util.Arrays;

/** Remembers a number for each pair of numbers: what has been worked out once is looked up from then on. Used by one thread. */
final class PairMap {

    /** What is given for a pair that has no number. */
    static final int NONE = -1;

    private static final int FIRST_CAPACITY = 1 << 10;

    private long[] keys = new long[FIRST_CAPACITY];
    private int[] values = emptied(FIRST_CAPACITY);
    private int size;

    private static int[] emptied(int capacity) {
        int[] values = new int[capacity];
        Arrays.fill(values, NONE);
        return values;
    }

    private static long key(int a, int b) {
        return (long) a << 32 | (b & 0xFFFF_FFFFL);
    }

    /** The pair's number, or NONE. */
    int get(int a, int b) {
        return values[slot(key(a, b))];
    }

    /** Remembers a number, 0 or more, for a pair that has none. */
    void put(int a, int b, int value) {
        if (size * 2 >= keys.length) {
            grow();
        }
        place(key(a, b), value);
        size++;
    }

    int size() {
        return size;
    }

    private void place(long key, int value) {
        int slot = slot(key);
        keys[slot] = key;
        values[slot] = value;
    }

    /** Where the key is, or the empty slot where it would be. */
    private int slot(long key) {
        long hash = key * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> 32) & (keys.length - 1);
        while (values[slot] != NONE && keys[slot] != key) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = emptied(keys.length);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != NONE) {
                place(oldKeys[i], oldValues[i]);
            }
        }
    }
}
