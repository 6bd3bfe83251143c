package io.unanimous.examples.quickstart;

/** Something that must hold does not. The message says what, for a reader who knows nothing of the code. */
final class QuickstartFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    QuickstartFailure(String message) {
        super(message);
    }

    QuickstartFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
