package io.unanimous.coordinator.log;

import java.util.UUID;

/**
 * Which store a log belongs to.
 *
 * @param store drawn at random when the store was created; stands in every transaction's id
 * @param partition the partition of the transactions that it holds
 * @param formatVersion the version of the store's layout
 */
public record StoreIdentity(UUID store, int partition, int formatVersion) {}
