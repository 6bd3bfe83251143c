package io.unanimous.cli;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns the wire's messages into documents.
 *
 * <p>The shape is stable: every field of the .proto under its name in camelCase, in the order of the field numbers, also
 * when it is empty; numbers as numbers; enum values as {@link Words}, null when not set; a message that is not set as
 * null. A field added to the wire contract is a field added here; none is ever renamed.
 */
final class Documents {
    private Documents() {}

    static Value.Fields of(Message message) {
        Value.Fields fields = new Value.Fields();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            fields.with(field.getJsonName(), field(message, field));
        }
        return fields;
    }

    static Value.Items ofAll(List<? extends Message> messages) {
        List<Value> items = new ArrayList<>(messages.size());
        for (Message message : messages) {
            items.add(of(message));
        }
        return new Value.Items(items);
    }

    private static Value field(Message message, FieldDescriptor field) {
        if (field.isMapField()) {
            return map((List<?>) message.getField(field));
        }
        if (field.isRepeated()) {
            List<Value> items = new ArrayList<>();
            for (Object item : (List<?>) message.getField(field)) {
                items.add(single(field, item));
            }
            return new Value.Items(items);
        }
        if (field.hasPresence() && !message.hasField(field)) {
            return Value.ABSENT;
        }
        return single(field, message.getField(field));
    }

    /** Sorted, since the wire promises no order. */
    private static Value map(List<?> entries) {
        Map<String, Value> sorted = new TreeMap<>();
        for (Object each : entries) {
            MapEntry<?, ?> entry = (MapEntry<?, ?>) each;
            FieldDescriptor valueField = entry.getDescriptorForType().findFieldByName("value");
            sorted.put(entry.getKey().toString(), single(valueField, entry.getValue()));
        }
        return new Value.Fields(sorted);
    }

    private static Value single(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case STRING -> Value.of((String) value);
            case BOOLEAN -> Value.of((Boolean) value);
            case INT -> Value.of(Integer.toUnsignedLong((Integer) value));
            case LONG -> Value.ofUnsigned((Long) value);
            case ENUM -> enumValue((EnumValueDescriptor) value);
            case MESSAGE -> of((Message) value);
            case FLOAT, DOUBLE, BYTE_STRING ->
                throw new IllegalStateException("no document form for " + field.getFullName());
        };
    }

    private static Value enumValue(EnumValueDescriptor value) {
        if (value.getNumber() == 0) {
            return Value.ABSENT;
        }
        return Value.of(Words.of(value.getType().getName(), value.getName()));
    }
}
