package io.unanimous.cli;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** A piece of a document for programs, which writes itself as JSON and as YAML. */
sealed interface Value {
    /** Nothing: null. */
    Value ABSENT = new Literal("null");

    static Value of(String text) {
        return new Literal(SafeText.quotedForData(text));
    }

    static Value of(boolean flag) {
        return new Literal(Boolean.toString(flag));
    }

    static Value of(long number) {
        return new Literal(Long.toString(number));
    }

    static Value ofUnsigned(long number) {
        return new Literal(Long.toUnsignedString(number));
    }

    /**
     * Appends this as JSON.
     *
     * @param indent how many spaces lines after the first stand in; negative: everything on one line
     */
    void appendJson(StringBuilder text, int indent);

    /**
     * Appends this as YAML, in block style, from where a mapping's or a list's first entry begins.
     *
     * @param indent how many spaces lines after the first stand in
     */
    void appendYaml(StringBuilder text, int indent);

    /** Whether YAML puts it on the line of its key: everything but a mapping or a list that has entries. */
    boolean inline();

    /** On several lines, for people too. */
    default String json() {
        StringBuilder text = new StringBuilder();
        appendJson(text, 0);
        return text.toString();
    }

    /** On one line. */
    default String jsonLine() {
        StringBuilder text = new StringBuilder();
        appendJson(text, -1);
        return text.toString();
    }

    /** Without a document marker. */
    default String yaml() {
        StringBuilder text = new StringBuilder();
        appendYaml(text, 0);
        return text.toString();
    }

    /** Text, a number, a boolean or null, spelled as both languages spell it. */
    record Literal(String spelling) implements Value {
        @Override
        public void appendJson(StringBuilder text, int indent) {
            text.append(spelling);
        }

        @Override
        public void appendYaml(StringBuilder text, int indent) {
            text.append(spelling);
        }

        @Override
        public boolean inline() {
            return true;
        }
    }

    /** A list. */
    record Items(List<Value> items) implements Value {
        @Override
        public void appendJson(StringBuilder text, int indent) {
            text.append('[');
            for (Iterator<Value> each = items.iterator(); each.hasNext(); ) {
                newLine(text, deeper(indent));
                each.next().appendJson(text, deeper(indent));
                text.append(each.hasNext() ? "," : "");
                if (!each.hasNext()) {
                    newLine(text, indent);
                }
            }
            text.append(']');
        }

        @Override
        public void appendYaml(StringBuilder text, int indent) {
            if (items.isEmpty()) {
                text.append("[]");
                return;
            }
            for (Iterator<Value> each = items.iterator(); each.hasNext(); ) {
                text.append("- ");
                each.next().appendYaml(text, indent + 2);
                if (each.hasNext()) {
                    newLine(text, indent);
                }
            }
        }

        @Override
        public boolean inline() {
            return items.isEmpty();
        }
    }

    /** Named values, in this order. */
    record Fields(Map<String, Value> fields) implements Value {
        private static final Pattern PLAIN_KEY = Pattern.compile("[a-z][A-Za-z0-9]+");
        private static final Set<String> YAML_WORDS = Set.of("true", "false", "yes", "no", "on", "off", "null");

        Fields() {
            this(new LinkedHashMap<>());
        }

        Fields with(String name, Value value) {
            fields.put(name, value);
            return this;
        }

        @Override
        public void appendJson(StringBuilder text, int indent) {
            text.append('{');
            for (Iterator<Map.Entry<String, Value>> each = fields.entrySet().iterator(); each.hasNext(); ) {
                Map.Entry<String, Value> field = each.next();
                newLine(text, deeper(indent));
                text.append(SafeText.quotedForData(field.getKey())).append(indent < 0 ? ":" : ": ");
                field.getValue().appendJson(text, deeper(indent));
                text.append(each.hasNext() ? "," : "");
                if (!each.hasNext()) {
                    newLine(text, indent);
                }
            }
            text.append('}');
        }

        @Override
        public void appendYaml(StringBuilder text, int indent) {
            if (fields.isEmpty()) {
                text.append("{}");
                return;
            }
            for (Iterator<Map.Entry<String, Value>> each = fields.entrySet().iterator(); each.hasNext(); ) {
                Map.Entry<String, Value> field = each.next();
                String key = field.getKey();
                boolean plain = PLAIN_KEY.matcher(key).matches() && !YAML_WORDS.contains(key);
                text.append(plain ? key : SafeText.quotedForData(key)).append(':');
                if (field.getValue().inline()) {
                    text.append(' ');
                } else {
                    newLine(text, indent + 2);
                }
                field.getValue().appendYaml(text, indent + 2);
                if (each.hasNext()) {
                    newLine(text, indent);
                }
            }
        }

        @Override
        public boolean inline() {
            return fields.isEmpty();
        }
    }

    private static int deeper(int indent) {
        return indent < 0 ? indent : indent + 2;
    }

    private static void newLine(StringBuilder text, int indent) {
        if (indent >= 0) {
            text.append('\n').append(" ".repeat(indent));
        }
    }
}
