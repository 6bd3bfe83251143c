package io.unanimous.sdk.xa;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * A database that says what a test has written down for it: what no real one can be brought to say at will. Calls are
 * noted as "connection operation", such as "2 commit".
 */
final class FakeDatabase {

    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    final Set<Xid> prepared = new LinkedHashSet<>();
    final Map<String, String> variables = new ConcurrentHashMap<>();
    String product = "Fake";
    String url = "jdbc:fake:";
    boolean refusesConnections;
    int opened;
    int closed;
    /** Opens when a statement hangs. */
    final CountDownLatch hanging = new CountDownLatch(1);
    /** Opens when a connection is aborted. */
    private final CountDownLatch cut = new CountDownLatch(1);

    private final Map<String, Deque<Integer>> scripts = new ConcurrentHashMap<>();
    private final Set<Integer> dead = ConcurrentHashMap.newKeySet();

    /** The next calls of an operation end so: XA_OK, XA_RDONLY, or an error code. Others succeed. */
    void script(String operation, int... codes) {
        Deque<Integer> script = scripts.computeIfAbsent(operation, o -> new ArrayDeque<>());
        for (int code : codes) {
            script.add(code);
        }
    }

    /** A connection is not valid any more. */
    void kill(int number) {
        dead.add(number);
    }

    XADataSource dataSource() {
        return proxy(XADataSource.class, (self, method, args) -> {
            if (!method.getName().equals("getXAConnection")) {
                throw new UnsupportedOperationException(method.getName());
            }
            if (refusesConnections) {
                throw new SQLException("connection refused", "08001");
            }
            return connect(++opened);
        });
    }

    private XAConnection connect(int number) {
        Connection jdbc = proxy(Connection.class, (self, method, args) -> switch (method.getName()) {
            case "isClosed" -> false;
            case "isValid" -> {
                calls.add(number + " isValid");
                yield !dead.contains(number);
            }
            case "getNetworkTimeout" -> 0;
            case "setTransactionIsolation", "setSchema" -> {
                calls.add(number + " " + method.getName() + " " + args[0]);
                yield null;
            }
            case "getSchema" -> "home";
            case "abort" -> {
                calls.add(number + " abort");
                cut.countDown();
                yield null;
            }
            case "setNetworkTimeout" -> null;
            case "getMetaData" -> metaData();
            case "createStatement" -> statement(number);
            default -> throw new UnsupportedOperationException(method.getName());
        });
        return proxy(XAConnection.class, (self, method, args) -> switch (method.getName()) {
            case "getConnection" -> jdbc;
            case "getXAResource" -> resource(number);
            case "addConnectionEventListener" -> null;
            case "close" -> {
                closed++;
                yield null;
            }
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private DatabaseMetaData metaData() {
        return proxy(DatabaseMetaData.class, (self, method, args) -> switch (method.getName()) {
            case "getDatabaseProductName" -> product;
            case "getURL" -> url;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    /**
     * Executing hangs until the connection is cut, but for what begins and ends a transaction; querying answers MariaDB's
     * SHOW GLOBAL VARIABLES LIKE 'name'.
     */
    private Statement statement(int number) {
        return proxy(Statement.class, (self, method, args) -> switch (method.getName()) {
            case "executeQuery" -> {
                String sql = (String) args[0];
                yield row(variables.get(nameIn(sql)));
            }
            case "execute" -> {
                if (args[0].equals("COMMIT") || String.valueOf(args[0]).startsWith("START TRANSACTION")) {
                    yield false;
                }
                calls.add(number + " hangs");
                hanging.countDown();
                cut.await();
                throw new SQLException("connection was cut", "08006");
            }
            case "close", "cancel" -> null;
            case "hashCode" -> System.identityHashCode(self);
            case "equals" -> self == args[0];
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    /** What MariaDB is asked for: a variable by its name, or a word of ours for the other questions. */
    private static String nameIn(String sql) {
        if (sql.contains("processlist")) {
            return "sessions";
        }
        if (sql.contains("UPTIME")) {
            return "started";
        }
        if (sql.contains("CONNECTION_ID")) {
            return "connection";
        }
        if (sql.startsWith("SHOW ENGINE")) {
            return "status";
        }
        return sql.substring(sql.indexOf('\'') + 1, sql.lastIndexOf('\'')).replace("\\", "");
    }

    private static ResultSet row(String value) {
        return proxy(ResultSet.class, (self, method, args) -> switch (method.getName()) {
            case "next" -> value != null;
            case "getString" -> value;
            case "close" -> null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private XAResource resource(int number) {
        return proxy(XAResource.class, (self, method, args) -> {
            String name = method.getName();
            calls.add(number + " " + name);
            Deque<Integer> script = scripts.get(name);
            int code = script == null || script.isEmpty() ? XAResource.XA_OK : script.remove();
            if (name.equals("recover") && code == XAResource.XA_OK) {
                return prepared.toArray(Xid[]::new);
            }
            if (name.equals("prepare") && (code == XAResource.XA_OK || code == XAResource.XA_RDONLY)) {
                return code;
            }
            if (code != XAResource.XA_OK) {
                // Written down as 1000: thrown with the error code that would mean XA_OK.
                throw new XAException(code == 1000 ? 0 : code);
            }
            return null;
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(FakeDatabase.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
