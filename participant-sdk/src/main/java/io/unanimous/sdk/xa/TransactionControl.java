package io.unanimous.sdk.xa;

import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Recognises SQL statements that would begin or end a transaction within a branch. PostgreSQL carries them out, and a
 * COMMIT among a branch's statements would commit half of it for good. Only a statement's first words are looked at: this
 * catches the mistake, not the intent; for the rest see {@link Database#proveSound}.
 */
final class TransactionControl {

    private static final Set<String> FORBIDDEN = Set.of("COMMIT", "ABORT", "END", "XA");

    /** Leading blanks, comments and empty statements, then two words. */
    private static final Pattern FIRST_WORDS = Pattern.compile(
            "(?:\\s|;|--[^\\n]*\\n|/\\*.*?\\*/)*+(\\w+)(?:\\s+(\\w+))?(?:\\s+(\\w+))?.*", Pattern.DOTALL);

    /** Longer statements begin with their first words too. */
    private static final int LOOKED_AT_MAX = 1_000;

    private TransactionControl() {}

    /** @throws SQLException if the first of a JDBC method's arguments is such a statement */
    static void refuse(@Nullable Object @Nullable [] args) throws SQLException {
        if (args != null && args.length > 0 && args[0] instanceof String sql && isControl(sql)) {
            throw new SQLException(
                    "A branch's transaction is not begun or ended by SQL. Commit it, or roll it back, where it was begun: "
                            + sql.substring(0, Math.min(sql.length(), 100)),
                    "25000");
        }
    }

    static boolean isControl(String sql) {
        Matcher matcher = FIRST_WORDS.matcher(sql.substring(0, Math.min(sql.length(), LOOKED_AT_MAX)));
        if (!matcher.matches()) {
            return false;
        }
        String first = upper(matcher.group(1));
        String second = upper(matcher.group(2));
        return switch (first) {
            case "BEGIN" -> !second.equals("NOT");
            case "START", "PREPARE" -> second.equals("TRANSACTION");
            // ROLLBACK [WORK | TRANSACTION] TO a savepoint is work like any other.
            case "ROLLBACK" -> !second.equals("TO") && !upper(matcher.group(3)).equals("TO");
            default -> FORBIDDEN.contains(first);
        };
    }

    private static String upper(@Nullable String word) {
        return word == null ? "" : word.toUpperCase(Locale.ROOT);
    }
}
