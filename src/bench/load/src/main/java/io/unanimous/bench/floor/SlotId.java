package io.unanimous.bench.floor;

/** A transaction's id for the floor: as long as a real one, and readable without a look-up. */
final class SlotId {

    /** The length of a real id. */
    static final int CHARS = 60;

    private static final int DIGITS = 10;
    private static final String PREFIX = "u".repeat(CHARS - DIGITS);

    private SlotId() {}

    static String of(long slot) {
        String digits = Long.toString(slot);
        return PREFIX + "0".repeat(DIGITS - digits.length()) + digits;
    }

    static int slot(String id) {
        return Integer.parseInt(id, CHARS - DIGITS, CHARS, 10);
    }
}
