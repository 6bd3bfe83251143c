package io.unanimous.coordinator.core;

/**
 * A resource that a participant votes for.
 *
 * @param name its name, as {@link BranchName#isResource} allows
 * @param fingerprint what the name is bound to; empty when that is not checked
 */
public record ResourceRegistration(String name, String fingerprint) {}
