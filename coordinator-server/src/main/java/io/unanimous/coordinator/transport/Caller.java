package io.unanimous.coordinator.transport;

import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.ReplyTo;

/** Somebody who waits for one answer. */
sealed interface Caller extends ReplyTo permits UnaryCall, SessionCall {

    /** Gives the answer; it leaves when the batch does. On the loop's thread or the log's. */
    void answer(Answer answer, ReleaseBatch batch);
}
