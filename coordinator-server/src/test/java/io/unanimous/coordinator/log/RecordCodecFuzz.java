package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.LogRecord;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A fuzz target: bytes that claim to be a record of the log. They are one, or are refused as corrupt or as a newer
 * version's; a record that was read is written and read back as the same, and the dump can say either.
 *
 * <p>The first byte of the input says what is given: a key and a value as they would lie in the store, or a body alone,
 * which gets the checksum that lets it pass to the decoder.
 */
public final class RecordCodecFuzz {
    private static final long NUMBER = 42;

    private RecordCodecFuzz() {}

    /** What jazzer calls. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        if ((input[0] & 1) == 0) {
            int keyLength = Math.min(rest.length, RecordCodec.KEY_BYTES);
            check(Arrays.copyOf(rest, keyLength), Arrays.copyOfRange(rest, keyLength, rest.length));
        } else {
            check(RecordCodec.key(NUMBER), sealed(rest));
        }
    }

    private static byte[] sealed(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(RecordCodec.key(NUMBER));
        crc.update(RecordCodec.VERSION);
        crc.update(body);
        return ByteBuffer.allocate(1 + Integer.BYTES + body.length)
                .put(RecordCodec.VERSION)
                .putInt((int) crc.getValue())
                .put(body)
                .array();
    }

    private static void check(byte[] key, byte[] value) {
        if (!RecordJson.line(key, value).startsWith("{")) {
            throw new AssertionError("the dump of a record is no JSON object");
        }
        LogRecord record;
        try {
            record = RecordCodec.decode(key, value);
        } catch (CorruptLogException | UnknownRecordVersionException refused) {
            return;
        }
        byte[] written = RecordCodec.value(record);
        LogRecord readBack = RecordCodec.decode(RecordCodec.key(record.number()), written);
        if (!readBack.equals(record)) {
            throw new AssertionError("read " + record + ", wrote it, and read back " + readBack);
        }
        if (!Arrays.equals(RecordCodec.value(readBack), written)) {
            throw new AssertionError("written twice, it is not the same: " + record);
        }
    }
}
