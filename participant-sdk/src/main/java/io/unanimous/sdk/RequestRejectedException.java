package io.unanimous.sdk;

import java.time.Duration;

/** The coordinator, or the SDK before it, refused the request, and nothing was changed by it. */
public final class RequestRejectedException extends UnanimousException {

    private static final long serialVersionUID = 1L;

    private final String code;
    private final String reason;
    private final Duration retryAfter;

    /**
     * For the SDK and for tests of applications.
     *
     * @param code the google.rpc.Code by name, such as FAILED_PRECONDITION
     * @param reason one stable upper-case word
     * @param retryAfter zero for no advice
     */
    public RequestRejectedException(String code, String reason, String message, Duration retryAfter) {
        super(message + " (" + code + ", " + reason + ")", null);
        this.code = code;
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    /** The kind of refusal, a google.rpc.Code by name, such as NOT_FOUND or RESOURCE_EXHAUSTED. */
    public String code() {
        return code;
    }

    /** One stable upper-case word for programs, such as TRANSACTION_NOT_ACTIVE, OVERLOADED or LIMIT_EXCEEDED. */
    public String reason() {
        return reason;
    }

    /** Repeat after this time; zero when repeating does not help. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
