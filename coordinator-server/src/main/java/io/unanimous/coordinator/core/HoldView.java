package io.unanimous.coordinator.core;

import java.util.List;

/**
 * Why the coordinator presumes nothing.
 *
 * @param evidenceId names the evidence, and changes when there is more of it
 * @param findings what was found
 * @param sinceMs since when; wall clock
 */
public record HoldView(String evidenceId, List<HoldFinding> findings, long sinceMs) {}
