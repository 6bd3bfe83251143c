package io.unanimous.bench.contender;

/**
 * How the transactions of a whole run ended, warm-up and drain included, as the load generator saw it.
 *
 * @param committed that many committed
 * @param rolledBack that many rolled back
 * @param failed of that many nobody told the outcome
 */
public record Counts(long committed, long rolledBack, long failed) {

    /** That many were begun. */
    public long begun() {
        return committed + rolledBack + failed;
    }
}
