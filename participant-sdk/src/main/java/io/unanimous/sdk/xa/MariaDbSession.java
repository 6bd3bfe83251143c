package io.unanimous.sdk.xa;

/**
 * A session of a MariaDB server. Its connection id is counted from the start of the server, so that the id alone names
 * another session after a restart.
 *
 * @param serverStartedAt when the server started, in seconds since 1970
 * @param connectionId what CONNECTION_ID() says; the protocol has 32 bits for it
 */
record MariaDbSession(long serverStartedAt, long connectionId) {

    private static final int RADIX = 36;
    private static final int HALF_BITS = 32;
    private static final long HALF = (1L << HALF_BITS) - 1;

    MariaDbSession {
        if (serverStartedAt < 0 || serverStartedAt > HALF || connectionId < 0 || connectionId > HALF) {
            throw new IllegalArgumentException(
                    "Not a session of MariaDB: " + connectionId + " of a server started at " + serverStartedAt);
        }
    }

    /** Reads what {@link #name} wrote. */
    static MariaDbSession named(String name) {
        long both = Long.parseUnsignedLong(name, RADIX);
        return new MariaDbSession(both >>> HALF_BITS, both & HALF);
    }

    /** Both numbers as one, in at most 13 digits and small letters. */
    String name() {
        return Long.toUnsignedString(serverStartedAt << HALF_BITS | connectionId, RADIX);
    }

    /** As an operator finds it in SHOW PROCESSLIST. */
    @Override
    public String toString() {
        return "session " + connectionId;
    }
}
