package io.unanimous.sdk;

/** A resource is set up so that it could not keep what it promises. The message says what to set. */
public final class UnsuitableResourceException extends UnanimousException {

    private static final long serialVersionUID = 1L;

    /** For participants that verify their resource. */
    public UnsuitableResourceException(String message) {
        super(message, null);
    }
}
