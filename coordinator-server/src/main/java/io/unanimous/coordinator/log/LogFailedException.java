package io.unanimous.coordinator.log;

import org.jspecify.annotations.Nullable;

/** A write failed, and nobody knows how much of it reached the disk; only a restart can tell. */
public final class LogFailedException extends StoreException {
    private static final long serialVersionUID = 1L;

    LogFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
