package io.unanimous.sdk;

import io.grpc.Context;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The transaction that the present thread works for, carried by gRPC's {@link Context}: across calls by the
 * {@link TransactionInterceptors}, and across threads as a Context is.
 */
public final class TransactionContext {

    private static final Context.Key<String> ID = Context.key("unanimous-transaction-id");

    private TransactionContext() {}

    /** The id of the present transaction, or null if there is none. */
    public static @Nullable String currentId() {
        return ID.get();
    }

    /**
     * Does work for a transaction.
     *
     * @throws IllegalArgumentException if the id is malformed
     * @throws Exception what the work throws
     */
    public static <T> T call(String transactionId, Callable<T> work) throws Exception {
        return with(transactionId).call(work);
    }

    /**
     * Does work for a transaction.
     *
     * @throws IllegalArgumentException if the id is malformed
     */
    public static void run(String transactionId, Runnable work) {
        with(transactionId).run(work);
    }

    /** The present context, with this transaction in it. */
    static Context with(String transactionId) {
        return Context.current().withValue(ID, Names.requireTransactionId(transactionId));
    }
}
