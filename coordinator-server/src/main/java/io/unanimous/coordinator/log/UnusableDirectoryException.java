package io.unanimous.coordinator.log;

import org.jspecify.annotations.Nullable;

/** The data directory is not one that a store can be kept in. Nothing was changed. */
public final class UnusableDirectoryException extends StoreException {
    private static final long serialVersionUID = 1L;

    UnusableDirectoryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
