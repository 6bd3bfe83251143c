package io.unanimous.coordinator.log;

import com.google.protobuf.InvalidProtocolBufferException;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.log.v1.Record;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Turns records into keys and values of the store, and back.
 *
 * <p>The key is the record's number, eight bytes, highest first, so that keys sort as numbers do. The value is one byte
 * with the version of what follows, four bytes with the CRC-32C of key, version and body, highest first, and the body, a
 * {@code unanimous.log.v1.Record}. The store has checksums of its own for its blocks; this one goes from encoder to
 * decoder, so that it also finds a value that came under another's key, and what goes wrong in memory on the way.
 */
final class RecordCodec {
    /** The newest version that this program writes and reads. */
    static final byte VERSION = 1;

    static final int KEY_BYTES = Long.BYTES;
    private static final int HEADER_BYTES = 1 + Integer.BYTES;

    private RecordCodec() {}

    static byte[] key(long number) {
        return ByteBuffer.allocate(KEY_BYTES).putLong(number).array();
    }

    static byte[] value(LogRecord record) {
        Record body = EventEncoder.encode(record);
        int size = body.getSerializedSize();
        ByteBuffer value = ByteBuffer.allocate(HEADER_BYTES + size);
        value.put(VERSION).putInt(0).put(body.toByteArray());
        value.putInt(1, checksum(key(record.number()), value.array()));
        return value.array();
    }

    /** The number in a key; throws CorruptLogException when it is none. */
    static long number(byte[] key) {
        long number = key.length == KEY_BYTES ? ByteBuffer.wrap(key).getLong() : 0;
        if (number <= 0) {
            throw new CorruptLogException(
                    "a key of the log is not a record's number: it has " + key.length + " bytes", null);
        }
        return number;
    }

    /** Throws CorruptLogException, or UnknownRecordVersionException for a record that only a newer program can read. */
    static LogRecord decode(byte[] key, byte[] value) {
        long number = number(key);
        // The version comes before the checksum, whose place and kind a later version may change.
        if (value.length > 0 && value[0] != VERSION) {
            throw unknown(
                    number, "has version " + Byte.toUnsignedInt(value[0]) + ", and this program reads " + VERSION);
        }
        if (value.length < HEADER_BYTES || ByteBuffer.wrap(value).getInt(1) != checksum(key, value)) {
            throw new CorruptLogException("record " + number + " of the log does not match its checksum", null);
        }
        Record body;
        try {
            body = Record.parseFrom(ByteBuffer.wrap(value, HEADER_BYTES, value.length - HEADER_BYTES));
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptLogException("record " + number + " of the log is no record", e);
        }
        return EventDecoder.decode(number, body);
    }

    static UnknownRecordVersionException unknown(long number, String what) {
        return new UnknownRecordVersionException(
                "record " + number + " of the log " + what
                        + "; start the newer version that wrote it, and look at it with `tx-coordinator store dump`",
                null);
    }

    private static int checksum(byte[] key, byte[] value) {
        CRC32C crc = new CRC32C();
        crc.update(key);
        crc.update(value, 0, 1);
        crc.update(value, HEADER_BYTES, value.length - HEADER_BYTES);
        return (int) crc.getValue();
    }
}
