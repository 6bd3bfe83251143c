package io.unanimous.sdk;

import io.grpc.Status;
import java.nio.charset.StandardCharsets;

/** Text for the wire, where its length is bounded in bytes. */
final class Texts {

    private Texts() {}

    /** The start of {@code text} that fits into so many bytes of UTF-8, never ending inside a character. */
    static String cut(String text, int bytesMax) {
        if (text.length() * 3L <= bytesMax) {
            return text;
        }
        int bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int character = text.codePointAt(end);
            bytes += bytesOf(character);
            if (bytes > bytesMax) {
                return text.substring(0, end);
            }
            end += Character.charCount(character);
        }
        return text;
    }

    /** Bytes in UTF-8. */
    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What an exception says, for a line of text: never empty. */
    static String of(Throwable fault) {
        String message = fault.getMessage();
        return message == null || message.isBlank()
                ? fault.getClass().getName()
                : fault.getClass().getSimpleName() + ": " + message;
    }

    /** What a status says, on one line: its own toString shows the stack of its cause. */
    static String of(Status status) {
        String description = status.getDescription();
        Throwable cause = status.getCause();
        return status.getCode()
                + (description == null ? "" : ": " + description)
                + (cause == null ? "" : " (" + of(cause) + ")");
    }

    private static int bytesOf(int character) {
        if (character < 0x80) {
            return 1;
        }
        if (character < 0x800) {
            return 2;
        }
        return character < 0x10000 ? 3 : 4;
    }
}
