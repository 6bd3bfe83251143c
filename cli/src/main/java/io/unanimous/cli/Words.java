package io.unanimous.cli;

import com.google.protobuf.ProtocolMessageEnum;
import io.unanimous.v1.TransactionState;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The wire contract's enum values as short words: TRANSACTION_STATE_ROLLED_BACK is {@code rolled-back}. One word is
 * typed, shown in tables and written as JSON and YAML.
 */
final class Words {
    private Words() {}

    /** The value's word; {@code unspecified} when it is not set. */
    static <E extends Enum<E> & ProtocolMessageEnum> String of(E value) {
        return of(value.getDeclaringClass().getSimpleName(), value.name());
    }

    /** The value's word, or {@code -} when it is not set. */
    static <E extends Enum<E> & ProtocolMessageEnum> String orDash(E value) {
        String word = of(value);
        return word.equals("unspecified") ? "-" : word;
    }

    /**
     * The word for a value's full name.
     *
     * @param type the enum's own name, such as TransactionState
     * @param value such as TRANSACTION_STATE_ACTIVE; one of a newer contract than this is taken as it is
     */
    static String of(String type, String value) {
        String prefix = type.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toUpperCase(Locale.ROOT) + "_";
        String word = value.startsWith(prefix) ? value.substring(prefix.length()) : value;
        return word.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reads a transaction's state from the command line. */
    static final class StateConverter implements ITypeConverter<TransactionState> {
        @Override
        public TransactionState convert(String text) {
            String wanted = text.toLowerCase(Locale.ROOT).replace('_', '-');
            for (TransactionState state : TransactionState.values()) {
                if (isReal(state) && of(state).equals(wanted)) {
                    return state;
                }
            }
            throw new TypeConversionException("'" + text + "' is no state; say one of " + String.join(", ", states()));
        }
    }

    /** The states that can be typed, for the help and for completion. */
    static final class States implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return states().iterator();
        }
    }

    private static List<String> states() {
        List<String> words = new ArrayList<>();
        for (TransactionState state : TransactionState.values()) {
            if (isReal(state)) {
                words.add(of(state));
            }
        }
        return words;
    }

    private static boolean isReal(TransactionState state) {
        return state != TransactionState.TRANSACTION_STATE_UNSPECIFIED && state != TransactionState.UNRECOGNIZED;
    }
}
