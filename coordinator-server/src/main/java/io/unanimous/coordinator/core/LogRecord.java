package io.unanimous.coordinator.core;

/**
 * One record of the decision log.
 *
 * @param number its place in the log: 1 for the first, one more for each next, over all epochs
 * @param epoch the epoch of its writer: replay ignores a record older than the latest EpochStarted (P15)
 * @param event what happened
 */
public record LogRecord(long number, long epoch, Event.Durable event) {}
