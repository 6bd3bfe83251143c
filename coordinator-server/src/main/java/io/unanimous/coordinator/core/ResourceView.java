package io.unanimous.coordinator.core;

/**
 * A resource that the store knows, as operators see it.
 *
 * @param lastScanMs when its last complete scan was reported since the start; wall clock; 0 for never
 */
public record ResourceView(
        String resource, String fingerprint, int participants, int inDoubtBranches, long lastScanMs) {}
