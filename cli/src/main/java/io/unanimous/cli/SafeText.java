package io.unanimous.cli;

/**
 * Text from elsewhere, made harmless for a terminal.
 *
 * <p>Names, reasons and errors come from whoever took part in a transaction. Written as they are, they could move the
 * cursor, change the window's title, or make one line look like another.
 */
final class SafeText {
    private SafeText() {}

    /** The text on one line, with everything that a terminal obeys written as an escape such as {@code \u001b}. */
    static String of(String text) {
        int harmless = 0;
        while (harmless < text.length() && isHarmless(text.charAt(harmless))) {
            harmless++;
        }
        if (harmless == text.length()) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length() + 16).append(text, 0, harmless);
        for (int i = harmless; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            if (!obeyed(codePoint)) {
                safe.appendCodePoint(codePoint);
            } else if (codePoint == '\n') {
                safe.append("\\n");
            } else if (codePoint == '\t') {
                safe.append("\\t");
            } else {
                appendEscape(safe, codePoint);
            }
            i += Character.charCount(codePoint);
        }
        return safe.toString();
    }

    /** The text, or {@code -} when there is none. */
    static String orDash(String text) {
        return text.isEmpty() ? "-" : of(text);
    }

    /** The text as one word of a POSIX shell's command line. */
    static String shellWord(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean digit = c >= '0' && c <= '9';
            if (!letter && !digit && "._-/:=@,+%".indexOf(c) < 0) {
                return quoted(text);
            }
        }
        return text.isEmpty() ? quoted(text) : text;
    }

    /** The text in double quotes, as JSON has it and YAML accepts it. */
    static String quotedForData(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 8).append('"');
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            switch (codePoint) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (obeyed(codePoint)) {
                        appendEscape(quoted, codePoint);
                    } else {
                        quoted.appendCodePoint(codePoint);
                    }
                }
            }
            i += Character.charCount(codePoint);
        }
        return quoted.append('"').toString();
    }

    private static String quoted(String text) {
        return "'" + of(text).replace("'", "'\\''") + "'";
    }

    private static boolean isHarmless(char c) {
        return c >= ' ' && c <= '~';
    }

    /** Whether a terminal obeys this code point, or shows nothing for it, instead of showing it. */
    private static boolean obeyed(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    private static void appendEscape(StringBuilder text, int codePoint) {
        for (char c : Character.toChars(codePoint)) {
            String hex = Integer.toHexString(c);
            text.append("\\u").append("0".repeat(4 - hex.length())).append(hex);
        }
    }
}
