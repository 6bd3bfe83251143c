package io.unanimous.coordinator.server;

import io.unanimous.coordinator.log.CorruptLogException;
import io.unanimous.coordinator.log.NewerFormatException;
import io.unanimous.coordinator.log.StoreException;
import io.unanimous.coordinator.log.StoreLockedException;
import io.unanimous.coordinator.log.UnknownRecordVersionException;
import io.unanimous.coordinator.log.UnusableDirectoryException;

/** The daemon did not start, and changed nothing. The message is one line for the operator. */
public final class StartFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private StartFailedException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    static StartFailedException cannotListen(String message, Throwable cause) {
        return new StartFailedException(ExitCodes.CANNOT_LISTEN, message, cause);
    }

    static StartFailedException store(StoreException cause) {
        return new StartFailedException(exitCode(cause), String.valueOf(cause.getMessage()), cause);
    }

    private static int exitCode(StoreException cause) {
        if (cause instanceof StoreLockedException) {
            return ExitCodes.STORE_LOCKED;
        } else if (cause instanceof NewerFormatException || cause instanceof UnknownRecordVersionException) {
            return ExitCodes.STORE_NEWER;
        } else if (cause instanceof UnusableDirectoryException) {
            return ExitCodes.DIRECTORY_UNUSABLE;
        } else if (cause instanceof CorruptLogException) {
            return ExitCodes.STORE_CORRUPT;
        }
        return ExitCodes.FAILED;
    }

    /** With what the process is to end. */
    public int exitCode() {
        return exitCode;
    }
}
