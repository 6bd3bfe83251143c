package io.unanimous.coordinator.log;

import org.jspecify.annotations.Nullable;

/** A record was written by a newer version of this program, or its kind is not known here. */
public final class UnknownRecordVersionException extends StoreException {
    private static final long serialVersionUID = 1L;

    UnknownRecordVersionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
