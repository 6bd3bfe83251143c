package io.unanimous.coordinator.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.unanimous.coordinator.log.v1.Record;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A record as one line of JSON, for people and scripts: fields by the names of the schema, bytes in hex. */
final class RecordJson {
    private static final int HEADER_BYTES = 5;

    private final StringBuilder json = new StringBuilder();

    private RecordJson() {}

    static String line(byte[] key, byte[] value) {
        RecordJson line = new RecordJson();
        try {
            long number = RecordCodec.decode(key, value).number();
            Record body = Record.parseFrom(ByteBuffer.wrap(value, HEADER_BYTES, value.length - HEADER_BYTES));
            line.json.append("{\"number\":").append(number);
            body.getAllFields().forEach(line::field);
        } catch (StoreException | InvalidProtocolBufferException e) {
            line.json.append("{\"unreadable\":");
            line.text(String.valueOf(e.getMessage()));
            line.json.append(",\"key\":\"").append(HexFormat.of().formatHex(key));
            line.json
                    .append("\",\"value\":\"")
                    .append(HexFormat.of().formatHex(value))
                    .append('"');
        }
        return line.json.append('}').toString();
    }

    private void field(FieldDescriptor field, Object value) {
        json.append(json.charAt(json.length() - 1) == '{' ? "" : ",");
        text(field.getName());
        json.append(':');
        if (field.isRepeated()) {
            json.append('[');
            String separator = "";
            for (Object element : (List<?>) value) {
                json.append(separator);
                value(element);
                separator = ",";
            }
            json.append(']');
        } else {
            value(value);
        }
    }

    private void value(Object value) {
        if (value instanceof Message message) {
            json.append('{');
            for (Map.Entry<FieldDescriptor, Object> entry :
                    message.getAllFields().entrySet()) {
                field(entry.getKey(), entry.getValue());
            }
            json.append('}');
        } else if (value instanceof ByteString bytes) {
            json.append('"')
                    .append(HexFormat.of().formatHex(bytes.toByteArray()))
                    .append('"');
        } else if (value instanceof Number || value instanceof Boolean) {
            json.append(value);
        } else {
            text(value.toString());
        }
    }

    private void text(String text) {
        json.append('"');
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
            } else if (c < ' ' || c > '~') {
                json.append("\\u%04x".formatted(c));
            } else {
                json.append((char) c);
            }
        });
        json.append('"');
    }
}
