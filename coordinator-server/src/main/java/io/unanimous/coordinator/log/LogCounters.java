package io.unanimous.coordinator.log;

/**
 * What a log has written since it was opened; moments apart, the numbers may be of different moments.
 *
 * @param forcedWrites batches that were synced
 * @param lazyWrites batches that were not
 * @param records records in all batches
 * @param bytes keys and values of all records
 */
public record LogCounters(long forcedWrites, long lazyWrites, long records, long bytes) {}
