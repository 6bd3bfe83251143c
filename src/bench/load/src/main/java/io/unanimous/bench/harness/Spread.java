package io.unanimous.bench.harness;

import java.util.Arrays;

/**
 * The median of several rounds, and how far they lie apart.
 *
 * @param median the middle one, or the mean of the two middle ones
 * @param min the least
 * @param max the greatest
 */
public record Spread(double median, double min, double max) {

    private static final double PERCENT = 100;

    /** Of at least one value. */
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("nothing has no median");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** From least to greatest, in percent of the median. */
    public double percent() {
        return median == 0 ? 0 : (max - min) / median * PERCENT;
    }
}
