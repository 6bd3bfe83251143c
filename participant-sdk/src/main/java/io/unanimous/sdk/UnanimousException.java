package io.unanimous.sdk;

import org.jspecify.annotations.Nullable;

/** What the SDK throws when a call does not end as asked. Each subclass says what is known and what to do. */
public abstract class UnanimousException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnanimousException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
