package io.unanimous.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.log.v1.BranchResolvedRecord;
import io.unanimous.coordinator.log.v1.Record;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class RecordCodecTest {
    private static final Path GOLDEN = Path.of("src/test/resources/log/golden/v1");

    @Test
    void everyDurableEventHasItsRecord() {
        Set<Class<?>> events =
                Arrays.stream(Event.Durable.class.getPermittedSubclasses()).collect(Collectors.toSet());

        assertThat(Records.randomEvents().keySet()).isEqualTo(events);
        assertThat(Records.golden().values().stream()
                        .map(record -> record.event().getClass())
                        .collect(Collectors.toSet()))
                .isEqualTo(events);
    }

    @Test
    void whatIsWrittenIsReadBack() {
        SplittableRandom random = new SplittableRandom(20_261_123);
        Records.randomEvents().values().forEach(maker -> {
            for (int i = 0; i < 200; i++) {
                LogRecord record = new LogRecord(
                        1 + random.nextLong(Long.MAX_VALUE), random.nextLong(1L << 50), maker.apply(random));

                assertThat(RecordCodec.decode(RecordCodec.key(record.number()), RecordCodec.value(record)))
                        .isEqualTo(record);
            }
        });
    }

    /** Bytes of released versions are for ever. To add a kind, run with -Dgolden.write=true, and look at the diff. */
    @Test
    void goldenBytesAreWrittenAndReadAsEver() throws IOException {
        for (Map.Entry<String, LogRecord> entry : Records.golden().entrySet()) {
            LogRecord record = entry.getValue();
            Path file = GOLDEN.resolve(entry.getKey() + ".hex");
            String written = HexFormat.of().formatHex(RecordCodec.key(record.number())) + "\n"
                    + HexFormat.of().formatHex(RecordCodec.value(record)) + "\n";
            if (Boolean.getBoolean("golden.write") && !Files.exists(file)) {
                Files.createDirectories(GOLDEN);
                Files.writeString(file, written, StandardCharsets.US_ASCII);
            }
            String golden = Files.readString(file, StandardCharsets.US_ASCII);
            String[] lines = golden.split("\n");

            assertThat(written).as(entry.getKey()).isEqualTo(golden);
            assertThat(RecordCodec.decode(
                            HexFormat.of().parseHex(lines[0]), HexFormat.of().parseHex(lines[1])))
                    .as(entry.getKey())
                    .isEqualTo(record);
        }
    }

    @Test
    void anyChangedBitIsRefused() {
        for (LogRecord record : Records.golden().values()) {
            byte[] key = RecordCodec.key(record.number());
            byte[] value = RecordCodec.value(record);
            for (int bit = 0; bit < (key.length + value.length) * 8; bit++) {
                byte[] changedKey = key.clone();
                byte[] changedValue = value.clone();
                if (bit < key.length * 8) {
                    changedKey[bit / 8] ^= (byte) (1 << bit % 8);
                } else {
                    changedValue[bit / 8 - key.length] ^= (byte) (1 << bit % 8);
                }

                assertThatThrownBy(() -> RecordCodec.decode(changedKey, changedValue))
                        .isInstanceOf(StoreException.class);
            }
        }
    }

    @Test
    void aCutValueIsRefused() {
        LogRecord record = Records.decided(5);
        byte[] value = RecordCodec.value(record);
        for (int length = 0; length < value.length; length++) {
            byte[] cut = Arrays.copyOf(value, length);

            assertThatThrownBy(() -> RecordCodec.decode(RecordCodec.key(5), cut))
                    .isInstanceOf(CorruptLogException.class);
        }
    }

    @Test
    void aValueUnderAnothersKeyIsRefused() {
        assertThatThrownBy(() -> RecordCodec.decode(RecordCodec.key(6), RecordCodec.value(Records.decided(5))))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("record 6")
                .hasMessageContaining("checksum");
    }

    @Test
    void aKeyThatIsNoNumberIsRefused() {
        assertThatThrownBy(() -> RecordCodec.number(new byte[9])).isInstanceOf(CorruptLogException.class);
        assertThatThrownBy(() -> RecordCodec.number(RecordCodec.key(0))).isInstanceOf(CorruptLogException.class);
        assertThatThrownBy(() -> RecordCodec.number(RecordCodec.key(-1))).isInstanceOf(CorruptLogException.class);
    }

    @Test
    void aRecordOfANewerVersionIsNamedAsSuch() {
        byte[] value = RecordCodec.value(Records.decided(5));
        value[0] = 2;

        assertThatThrownBy(() -> RecordCodec.decode(RecordCodec.key(5), value))
                .isInstanceOf(UnknownRecordVersionException.class)
                .hasMessageContaining("record 5")
                .hasMessageContaining("version 2")
                .hasMessageContaining("tx-coordinator store dump");
    }

    @Test
    void aRecordOfAnUnknownKindIsRefused() {
        Record unknown = Record.newBuilder()
                .setEpoch(1)
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                99,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build();

        assertThatThrownBy(() -> RecordCodec.decode(RecordCodec.key(5), sealed(5, unknown)))
                .isInstanceOf(UnknownRecordVersionException.class);
        assertThatThrownBy(() -> RecordCodec.decode(RecordCodec.key(5), sealed(5, Record.getDefaultInstance())))
                .isInstanceOf(UnknownRecordVersionException.class)
                .hasMessageContaining("kind");
    }

    @Test
    void anUnknownConstantIsRefused() {
        Record golden = EventEncoder.encode(Records.golden().get("branch-resolved"));
        BranchResolvedRecord.Builder resolved = golden.getBranchResolved().toBuilder();
        resolved.setResolutionValue(17);
        Record unknown = golden.toBuilder().setBranchResolved(resolved).build();

        assertThatThrownBy(() -> RecordCodec.decode(RecordCodec.key(5), sealed(5, unknown)))
                .isInstanceOf(UnknownRecordVersionException.class);
    }

    @Test
    void aFieldThatANewerProgramAddedIsNotOverlooked() {
        UnknownFieldSet added = UnknownFieldSet.newBuilder()
                .addField(77, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        Record golden = EventEncoder.encode(Records.golden().get("commit-decided"));
        Record outer = golden.toBuilder()
                .setCommitDecided(golden.getCommitDecided().toBuilder().setUnknownFields(added))
                .build();
        Record inner = golden.toBuilder()
                .setCommitDecided(golden.getCommitDecided().toBuilder()
                        .setPrepared(
                                0,
                                golden.getCommitDecided().getPrepared(0).toBuilder()
                                        .setUnknownFields(added)))
                .build();

        assertThatThrownBy(() -> RecordCodec.decode(RecordCodec.key(5), sealed(5, outer)))
                .isInstanceOf(UnknownRecordVersionException.class)
                .hasMessageContaining("CommitDecidedRecord");
        assertThatThrownBy(() -> RecordCodec.decode(RecordCodec.key(5), sealed(5, inner)))
                .isInstanceOf(UnknownRecordVersionException.class);
    }

    /** A value with a right checksum around any body. */
    private static byte[] sealed(long number, Record body) {
        byte[] bytes = body.toByteArray();
        CRC32C crc = new CRC32C();
        crc.update(RecordCodec.key(number));
        crc.update(RecordCodec.VERSION);
        crc.update(bytes);
        return ByteBuffer.allocate(5 + bytes.length)
                .put(RecordCodec.VERSION)
                .putInt((int) crc.getValue())
                .put(bytes)
                .array();
    }
}
