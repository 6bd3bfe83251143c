package io.unanimous.coordinator.core;

import java.util.UUID;

/**
 * How much of a coordinator's log somebody has seen (P10).
 *
 * @param store the coordinator's store
 * @param partition its partition
 * @param epoch the epoch in which the position was told
 * @param nonce that epoch's nonce
 * @param number the number of the last record known to be on disk then
 */
public record LogPosition(UUID store, int partition, long epoch, int nonce, long number) {}
