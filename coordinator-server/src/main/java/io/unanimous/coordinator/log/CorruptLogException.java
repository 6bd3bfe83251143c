package io.unanimous.coordinator.log;

import org.jspecify.annotations.Nullable;

/** The store's files are damaged, or not all there: nothing of them is believed. */
public final class CorruptLogException extends StoreException {
    private static final long serialVersionUID = 1L;

    CorruptLogException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
