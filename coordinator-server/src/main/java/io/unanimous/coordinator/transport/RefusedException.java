package io.unanimous.coordinator.transport;

import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.RefusalReason;

/** A message from outside that does not keep to the contract; nothing of it was taken in. Carries no stack trace. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    RefusedException(RefusalReason reason, String message) {
        super(message, null, false, false);
        refusal = Refusal.of(reason, message);
    }

    /** What to answer. */
    Refusal refusal() {
        return refusal;
    }
}
