package io.unanimous.coordinator.core;

/**
 * The time of one turn, read once.
 *
 * @param monotonicMs milliseconds of a clock that never jumps: every duration is measured with it
 * @param wallMs milliseconds since 1970: shown to people and the floor of a new epoch, and deciding no outcome
 */
public record Now(long monotonicMs, long wallMs) {}
