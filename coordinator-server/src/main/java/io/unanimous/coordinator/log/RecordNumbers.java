package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.LogRecord;
import java.util.List;

/** The rule of a log's numbers: none twice, none left out. */
final class RecordNumbers {
    private RecordNumbers() {}

    /**
     * Throws IllegalArgumentException unless the batch follows record {@code last}.
     *
     * @param strictly whether its first number must be the very next one; else it may skip some, which were pruned
     */
    static void requireFollowing(long last, boolean strictly, List<LogRecord> batch) {
        long previous = last;
        boolean next = strictly;
        for (LogRecord record : batch) {
            if (next ? record.number() != previous + 1 : record.number() <= previous) {
                throw new IllegalArgumentException("record " + record.number() + " cannot follow record " + previous
                        + " of the log: " + record.event());
            }
            previous = record.number();
            next = true;
        }
    }
}
