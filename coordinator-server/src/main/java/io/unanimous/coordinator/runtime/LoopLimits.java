package io.unanimous.coordinator.runtime;

/**
 * The bounds of the loop, its mailbox and the log writer.
 *
 * @param inputsPerTurnMax inputs stepped in one turn
 * @param sheddableInputsMax inputs waiting; at that many new work is refused, at twice as many questions too, and at four
 *     times as many no stream is read from. Votes, acknowledgements and what ends a transaction are never refused
 * @param recordsPerBatchMax records written together
 * @param waitingEffectsMax effects waiting for the disk; with more, no further input is taken in until some are released
 */
public record LoopLimits(int inputsPerTurnMax, int sheddableInputsMax, int recordsPerBatchMax, int waitingEffectsMax) {

    /** The bounds that the daemon runs with unless its options say otherwise. */
    public static LoopLimits defaults() {
        return new LoopLimits(1_024, 20_000, 10_000, 1_000_000);
    }

    /** Throws IllegalArgumentException unless every bound is positive. */
    public LoopLimits {
        if (inputsPerTurnMax < 1 || sheddableInputsMax < 1 || recordsPerBatchMax < 1 || waitingEffectsMax < 1) {
            throw new IllegalArgumentException("every bound must be at least 1");
        }
    }
}
