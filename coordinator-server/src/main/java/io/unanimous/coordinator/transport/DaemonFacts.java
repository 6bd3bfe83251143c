package io.unanimous.coordinator.transport;

import io.unanimous.coordinator.runtime.Counters;

/**
 * What the daemon tells of itself besides what the core knows.
 *
 * @param version its version
 * @param dataDir where its store is
 * @param startedMs when it started; wall clock
 * @param counters what the shell counts
 */
public record DaemonFacts(String version, String dataDir, long startedMs, Counters counters) {}
