package io.unanimous.sdk;

import org.jspecify.annotations.Nullable;

/** The coordinator was not reached, or did not answer in time. What was asked may or may not have been carried out. */
public final class CoordinatorUnavailableException extends UnanimousException {

    private static final long serialVersionUID = 1L;

    /** For the SDK and for tests of applications. */
    public CoordinatorUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
