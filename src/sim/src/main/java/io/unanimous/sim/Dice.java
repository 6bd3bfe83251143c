package io.unanimous.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Chance from a seed, the same on every machine and JDK: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), and nothing else
 * drawn from it than its own 64 bits.
 */
public final class Dice implements RandomGenerator {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /** Dice that fall the same for the same seed. */
    public Dice(long seed) {
        state = seed;
    }

    /** Dice of their own for one part of the world: what it draws shifts nobody else's luck. */
    public Dice fork(long salt) {
        return new Dice(mix(state + salt * GOLDEN_GAMMA));
    }

    @Override
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    private static long mix(long seed) {
        long z = seed;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** From 0 to {@code bound} - 1. */
    public int below(int bound) {
        return (int) Math.floorMod(nextLong() >>> 1, (long) bound);
    }

    /** From {@code low} to {@code high}, both included. */
    public long between(long low, long high) {
        return low + Math.floorMod(nextLong() >>> 1, high - low + 1);
    }

    /** True once in {@code n} times on average; never for 0. */
    public boolean onceIn(int n) {
        return n > 0 && below(n) == 0;
    }

    /** One of the list. */
    public <T> T oneOf(List<T> list) {
        return list.get(below(list.size()));
    }

    /** The list in another order (Fisher and Yates). */
    public <T> List<T> shuffled(List<T> list) {
        List<T> mixed = new ArrayList<>(list);
        for (int i = mixed.size() - 1; i > 0; i--) {
            Collections.swap(mixed, i, below(i + 1));
        }
        return mixed;
    }

    @Override
    public int nextInt(int bound) {
        return below(bound);
    }

    @Override
    public long nextLong(long bound) {
        return between(0, bound - 1);
    }

    @Override
    public long nextLong(long origin, long bound) {
        return between(origin, bound - 1);
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }
}
