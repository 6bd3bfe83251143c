package io.unanimous.sim.participant;

import io.unanimous.sdk.BranchId;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.Statement;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** A simulated PostgreSQL's XA driver, as far as the checks at registration, the second phase and scans need one. */
final class XaDriver {

    private static final String PRODUCT = "PostgreSQL";
    private static final int FORMAT_ID = 0x554E414E;

    private final Database database;
    private final Fortune fortune;
    private boolean registered;

    XaDriver(Database database, Fortune fortune) {
        this.database = database;
        this.fortune = fortune;
    }

    /** The participant is registered: from now on scans may fail. A service that cannot start would just be started again. */
    void registered() {
        registered = true;
    }

    XADataSource dataSource() {
        return proxy(XADataSource.class, (self, method, args) -> switch (method.getName()) {
            case "getXAConnection" -> connect();
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private XAConnection connect() {
        Connection jdbc = proxy(Connection.class, (self, method, args) -> switch (method.getName()) {
            case "isClosed" -> false;
            case "isValid" -> true;
            case "getNetworkTimeout" -> 0;
            case "setNetworkTimeout", "abort", "close" -> null;
            case "getMetaData" -> metaData();
            case "createStatement" -> statement();
            default -> throw new UnsupportedOperationException(method.getName());
        });
        XAResource resource = proxy(XAResource.class, (self, method, args) -> switch (method.getName()) {
            case "commit" -> {
                end(branchOf((Xid) args[0]), true);
                yield null;
            }
            case "rollback" -> {
                end(branchOf((Xid) args[0]), false);
                yield null;
            }
            case "forget" -> throw new XAException(XAException.XAER_NOTA);
            case "recover" -> recover();
            default -> throw new UnsupportedOperationException(method.getName());
        });
        return proxy(XAConnection.class, (self, method, args) -> switch (method.getName()) {
            case "getConnection" -> jdbc;
            case "getXAResource" -> resource;
            case "addConnectionEventListener", "close" -> null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private static DatabaseMetaData metaData() {
        return proxy(DatabaseMetaData.class, (self, method, args) -> switch (method.getName()) {
            case "getDatabaseProductName" -> PRODUCT;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private Statement statement() {
        return proxy(Statement.class, (self, method, args) -> switch (method.getName()) {
            case "executeQuery" -> row(answer((String) args[0]));
            case "close" -> null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private String answer(String question) {
        return switch (question) {
            case "SELECT pg_is_in_recovery()" -> "f";
            case "SHOW max_prepared_transactions" -> "1000";
            case "SHOW fsync" -> database.isDurable() ? "on" : "off";
            case "SHOW synchronous_commit", "SHOW full_page_writes" -> "on";
            case "SELECT system_identifier FROM pg_control_system()" -> "1";
            case "SELECT current_database() || ' ' || current_user" -> database.name();
            default -> throw new UnsupportedOperationException(question);
        };
    }

    private static ResultSet row(String only) {
        return proxy(ResultSet.class, (self, method, args) -> switch (method.getName()) {
            case "next" -> true;
            case "getString" -> only;
            case "close" -> null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private Xid[] recover() throws XAException {
        if (registered && fortune.failsScan()) {
            throw new XAException(XAException.XAER_RMFAIL);
        }
        return database.prepared().stream().map(ScannedXid::new).toArray(Xid[]::new);
    }

    private void end(BranchId id, boolean commit) throws XAException {
        // What it says falsely it says of a branch that is prepared, in another session or behind a lost connection.
        Mishap mishap = fortune.ofEnding(database.isPrepared(id));
        switch (mishap) {
            case FALSE_NOTA -> throw new XAException(XAException.XAER_NOTA);
            case FALSE_RMERR -> throw new XAException(XAException.XAER_RMERR);
            case FALSE_ZERO -> throw new XAException();
            case THROWS_BEFORE -> throw new XAException(XAException.XAER_RMFAIL);
            case NONE, THROWS_AFTER, DONE_LATER, REFUSES -> {}
        }
        boolean found = commit ? database.commit(id) : database.isPrepared(id) && database.rollback(id);
        if (mishap == Mishap.THROWS_AFTER) {
            throw new XAException(XAException.XAER_RMFAIL);
        }
        if (!found) {
            Database.End end = database.end(id);
            if (end == Database.End.COMMITTED_ON_ITS_OWN) {
                throw new XAException(XAException.XA_HEURCOM);
            }
            if (end == Database.End.UNDONE_ON_ITS_OWN) {
                throw new XAException(XAException.XA_HEURRB);
            }
            throw new XAException(XAException.XAER_NOTA);
        }
    }

    private static BranchId branchOf(Xid xid) {
        return new BranchId(
                new String(xid.getGlobalTransactionId(), StandardCharsets.US_ASCII),
                new String(xid.getBranchQualifier(), StandardCharsets.US_ASCII));
    }

    private record ScannedXid(BranchId id) implements Xid {
        @Override
        public int getFormatId() {
            return FORMAT_ID;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return id.transactionId().getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public byte[] getBranchQualifier() {
            return id.branch().getBytes(StandardCharsets.US_ASCII);
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
