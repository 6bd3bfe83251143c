package io.unanimous.sdk.xa;

import io.unanimous.sdk.UnsuitableResourceException;
import java.sql.Connection;
import java.util.Set;
import javax.transaction.xa.XAResource;

/** A database that was not measured. Taken only if the application answers for it; then XA is believed word by word. */
final class OtherDatabase extends Database {

    /** They forget prepared branches when they are restarted. */
    private static final Set<String> FORGETFUL = Set.of("H2", "HSQL Database Engine");

    private final String product;
    private final String url;

    OtherDatabase(String product, String url) {
        this.product = product;
        this.url = url;
    }

    @Override
    void verify(Connection connection, XaOptions options) {
        if (FORGETFUL.contains(product)) {
            throw new UnsuitableResourceException(
                    product + " forgets prepared branches when it is restarted, and cannot take part in transactions.");
        }
        if (product.equals("Apache Derby") && url.startsWith("jdbc:derby:memory:")) {
            throw new UnsuitableResourceException(
                    "Derby in memory forgets prepared branches with its process, and cannot take part in transactions.");
        }
        if (!product.equals(options.acceptedProduct())) {
            throw new UnsuitableResourceException(
                    "This adapter was not tried with " + product + ". If it keeps prepared"
                            + " branches over a crash and over a lost connection, and is set up to, say so by"
                            + " XaOptions.acceptProduct(\"" + product + "\").");
        }
    }

    @Override
    String fingerprint(Connection connection) {
        return "";
    }

    /** Whether the transaction has failed is the driver's to say. */
    @Override
    void proveSound(Connection connection) {}

    @Override
    int rejoinFlag() {
        return XAResource.TMJOIN;
    }

    /** Assumed, as it is the safe side: the connection that prepared is the one that is asked first in phase two. */
    @Override
    boolean pinsPrepared() {
        return true;
    }

    @Override
    boolean preparesReadOnly() {
        return false;
    }
}
