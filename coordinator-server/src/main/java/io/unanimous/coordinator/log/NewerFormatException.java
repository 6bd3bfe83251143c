package io.unanimous.coordinator.log;

import org.jspecify.annotations.Nullable;

/** The store was written by a newer version of this program. Nothing was changed. */
public final class NewerFormatException extends StoreException {
    private static final long serialVersionUID = 1L;

    NewerFormatException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
