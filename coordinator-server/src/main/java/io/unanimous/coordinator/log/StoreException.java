package io.unanimous.coordinator.log;

import org.jspecify.annotations.Nullable;

/** Something is wrong with the store. The message is one line for the operator: what is wrong, where, what to do. */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String line;

    StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.line = message;
    }

    /** One line for the operator. */
    @Override
    public String getMessage() {
        return line;
    }
}
