package io.unanimous.coordinator.core;

import java.util.List;

/**
 * A connected participant, as operators see it.
 *
 * @param connectedMs since when; wall clock
 */
public record ParticipantView(String participant, String incarnation, List<String> resources, long connectedMs) {}
