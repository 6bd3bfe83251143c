package io.unanimous.sdk;

import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Carries a transaction's id over HTTP, whatever the library: {@code unanimous-transaction-id: <id>}. */
public final class TransactionHeader {

    /** The header's name. HTTP does not mind its case. */
    public static final String NAME = "unanimous-transaction-id";

    private TransactionHeader() {}

    /**
     * Puts an id into a request.
     *
     * @param setHeader such as {@code requestBuilder::header}
     * @throws IllegalArgumentException if the id is malformed
     */
    public static void inject(String transactionId, BiConsumer<String, String> setHeader) {
        setHeader.accept(NAME, Names.requireTransactionId(transactionId));
    }

    /** Puts the id of the present transaction, if there is one, into a request. */
    public static void injectCurrent(BiConsumer<String, String> setHeader) {
        String current = TransactionContext.currentId();
        if (current != null) {
            inject(current, setHeader);
        }
    }

    /**
     * Takes the id out of a request; empty if it carries none.
     *
     * @param getHeader such as {@code exchange.getRequestHeaders()::getFirst}
     * @throws IllegalArgumentException if it carries something else: answer 400
     */
    public static Optional<String> extract(Function<String, @Nullable String> getHeader) {
        String id = getHeader.apply(NAME);
        return id == null ? Optional.empty() : Optional.of(Names.requireTransactionId(id));
    }
}
