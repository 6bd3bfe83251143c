package io.unanimous.sdk;

import org.jspecify.annotations.Nullable;

/**
 * Whether the transaction committed is not known here. Do not begin the work anew: ask again with
 * the client's {@code outcome} and the id, unless {@link #lost()} says that nobody can tell.
 */
public final class OutcomeUnknownException extends UnanimousException {

    private static final long serialVersionUID = 1L;

    private final String transactionId;
    private final boolean lost;

    /** For the SDK and for tests of applications. */
    public OutcomeUnknownException(String transactionId, boolean lost, @Nullable Throwable cause) {
        super(
                lost
                        ? "The outcome of transaction " + transactionId
                                + " is lost: it committed in one phase and the answer never came. Look at its resource."
                        : "The outcome of transaction " + transactionId
                                + " is not known yet: ask again with this id, and do not begin the work anew.",
                cause);
        this.transactionId = transactionId;
        this.lost = lost;
    }

    /** The transaction. */
    public String transactionId() {
        return transactionId;
    }

    /** True if the coordinator itself cannot tell, as after a one-phase commit whose answer was lost. */
    public boolean lost() {
        return lost;
    }
}
