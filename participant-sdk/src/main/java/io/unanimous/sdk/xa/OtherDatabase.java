package io.unanimous.sdk.xa;

import java.sql.Connection;
import java.util.List;
import java.util.Set;
import javax.transaction.xa.XAResource;

/** A database that was not measured. Taken only if the application answers for it; then XA is believed word by word. */
final class OtherDatabase extends Database {

    /** They forget prepared branches when they are restarted. */
    private static final Set<String> FORGETFUL = Set.of("H2", "HSQL Database Engine");

    private static final String DERBY = "Apache Derby";

    private final String product;
    private final String url;

    OtherDatabase(String product, String url) {
        this.product = product;
        this.url = url;
    }

    @Override
    List<String> faults(Connection connection, XaOptions options) {
        if (FORGETFUL.contains(product)) {
            return List.of("it forgets prepared branches when it is restarted: use another database");
        }
        if (product.equals(DERBY) && url.startsWith("jdbc:derby:memory:")) {
            return List.of("in memory it forgets prepared branches with its process: use one on disk");
        }
        if (!product.equals(options.acceptedProduct())) {
            return List.of(
                    "this adapter was not tried with it: if it keeps prepared branches over a crash and over a lost"
                            + " connection, and is set up to, say so by XaOptions.acceptProduct(\"" + product + "\")");
        }
        return List.of();
    }

    @Override
    String fingerprint(Connection connection) {
        return "";
    }

    /** Whether the transaction has failed is the driver's to say. */
    @Override
    void proveSound(Connection connection) {}

    @Override
    String session(Connection connection) {
        return "";
    }

    /** Nobody can tell; periodic scans find what a lost session still prepares. */
    @Override
    boolean ended(Connection connection, String session) {
        return true;
    }

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
