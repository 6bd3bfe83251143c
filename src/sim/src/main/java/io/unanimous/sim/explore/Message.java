package io.unanimous.sim.explore;

import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.LogPosition;

/** Something under way. The network is a bag of them: whatever is in it may arrive next, or never. */
sealed interface Message {

    /** From a participant, or about its stream. */
    record ToCoordinator(Input input, long connection) implements Message {}

    /** To a participant, with what the edge puts in: the epoch and the last synced number. */
    record ToParticipant(Effect.OnConnection effect, LogPosition position) implements Message {}
}
