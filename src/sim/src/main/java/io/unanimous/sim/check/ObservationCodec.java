package io.unanimous.sim.check;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Observations as lines of text: the kind and the record's components in order, parted by tabs. Tab, line feed, carriage
 * return, comma, semicolon and backslash are escaped by a backslash; the last two but one part and end audit entries.
 */
final class ObservationCodec {

    private static final Map<String, Class<?>> KINDS = kinds(Observation.class);

    private ObservationCodec() {}

    private static Map<String, Class<?>> kinds(Class<?> sealed) {
        Map<String, Class<?>> kinds = new LinkedHashMap<>();
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isRecord()) {
                kinds.put(permitted.getSimpleName(), permitted);
            } else {
                kinds.putAll(kinds(permitted));
            }
        }
        return kinds;
    }

    /** Every kind of observation. */
    static List<Class<?>> kinds() {
        return List.copyOf(KINDS.values());
    }

    static String encode(Observation observation) {
        StringBuilder line = new StringBuilder(observation.getClass().getSimpleName());
        for (RecordComponent component : observation.getClass().getRecordComponents()) {
            line.append('\t').append(text(valueOf(observation, component)));
        }
        return line.toString();
    }

    private static Object valueOf(Object subject, RecordComponent component) {
        try {
            return component.getAccessor().invoke(subject);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + component + " of " + subject, e);
        }
    }

    private static String text(Object value) {
        if (value instanceof List<?> entries) {
            List<String> texts = new ArrayList<>();
            for (Object entry : entries) {
                Observation.AuditEntry audit = (Observation.AuditEntry) entry;
                texts.add(String.join(
                        ",",
                        escaped(audit.id()),
                        audit.verb().name(),
                        escaped(audit.branch()),
                        escaped(audit.reason()),
                        escaped(audit.operator())));
            }
            return String.join(";", texts);
        }
        return escaped(value.toString());
    }

    static Observation decode(String line) {
        String[] fields = line.split("\t", -1);
        Class<?> kind = KINDS.get(fields[0]);
        if (kind == null) {
            throw new IllegalArgumentException("no kind of observation: " + fields[0]);
        }
        RecordComponent[] components = kind.getRecordComponents();
        if (fields.length != components.length + 1) {
            throw new IllegalArgumentException(
                    fields[0] + " has " + components.length + " fields, not " + (fields.length - 1));
        }
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(components[i].getType(), fields[i + 1]);
        }
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = kind.getDeclaredConstructor(types);
            return (Observation) constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("cannot read back: " + line, e);
        }
    }

    private static Object value(Class<?> type, String field) {
        if (type == long.class) {
            return Long.parseLong(field);
        } else if (type == int.class) {
            return Integer.parseInt(field);
        } else if (type == boolean.class) {
            return switch (field) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException("neither true nor false: " + field);
            };
        } else if (type == String.class) {
            return unescaped(field);
        } else if (type == List.class) {
            return auditEntries(field);
        }
        return constant(type, field);
    }

    private static Object constant(Class<?> type, String field) {
        for (Object constant : type.getEnumConstants()) {
            if (constant.toString().equals(field)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("no " + type.getSimpleName() + ": " + field);
    }

    private static List<Observation.AuditEntry> auditEntries(String field) {
        List<Observation.AuditEntry> entries = new ArrayList<>();
        for (String entry : field.isEmpty() ? new String[0] : field.split(";", -1)) {
            String[] parts = entry.split(",", -1);
            if (parts.length != 5) {
                throw new IllegalArgumentException("no audit entry: " + entry);
            }
            entries.add(new Observation.AuditEntry(
                    unescaped(parts[0]),
                    Observation.Verb.valueOf(parts[1]),
                    unescaped(parts[2]),
                    unescaped(parts[3]),
                    unescaped(parts[4])));
        }
        return entries;
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace(",", "\\c")
                .replace(";", "\\s");
    }

    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        boolean escape = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (escape) {
                plain.append(escapedBy(c));
                escape = false;
            } else if (c == '\\') {
                escape = true;
            } else {
                plain.append(c);
            }
        }
        if (escape) {
            throw new IllegalArgumentException("ends in the middle of an escape: " + text);
        }
        return plain.toString();
    }

    private static char escapedBy(char letter) {
        return switch (letter) {
            case '\\' -> '\\';
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 'c' -> ',';
            case 's' -> ';';
            default -> throw new IllegalArgumentException("no escape: \\" + letter);
        };
    }
}
