package io.unanimous.coordinator.core;

/**
 * Something that happened to a transaction.
 *
 * @param wallMs when
 * @param branch to which branch; empty for the whole
 * @param what for people
 */
public record TimelineEntry(long wallMs, String branch, String what) {}
