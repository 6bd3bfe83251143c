package io.unanimous.coordinator.log;

import org.jspecify.annotations.Nullable;

/** Another process has the store open. */
public final class StoreLockedException extends StoreException {
    private static final long serialVersionUID = 1L;

    StoreLockedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
