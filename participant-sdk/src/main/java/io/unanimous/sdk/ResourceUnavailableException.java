package io.unanimous.sdk;

/** A resource could not be verified, for a reason that may pass: register its participant again later. */
public final class ResourceUnavailableException extends UnanimousException {

    private static final long serialVersionUID = 1L;

    /** For the SDK. */
    public ResourceUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
