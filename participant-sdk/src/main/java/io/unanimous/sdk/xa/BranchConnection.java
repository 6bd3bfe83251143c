package io.unanimous.sdk.xa;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the application gets from a join: a connection whose work belongs to the branch. It passes on what concerns the
 * work, refuses what concerns the transaction, and is dead once it is closed or the branch is being rolled back, along
 * with its statements. What {@code unwrap} gives is the driver's own and unguarded. It is made by reflection since JDBC's interfaces grow with every Java version.
 */
final class BranchConnection implements InvocationHandler {

    private static final Logger LOG = LoggerFactory.getLogger(BranchConnection.class);

    /** SQL: the operation does not fit the transaction's state. */
    private static final String INVALID_TRANSACTION_STATE = "25000";

    private final XaBranch branch;
    private final PhysicalConnection physical;
    private final Connection proxy;
    private final Set<Statement> statements = Collections.newSetFromMap(new ConcurrentHashMap<>());
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable Statement running;

    BranchConnection(XaBranch branch, PhysicalConnection physical) {
        this.branch = branch;
        this.physical = physical;
        this.proxy = (Connection) Proxy.newProxyInstance(
                BranchConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    Connection proxy() {
        return proxy;
    }

    /** Cancels what runs, if anything does. Called by whoever rolls back, on its own thread. */
    void cancel() {
        Statement now = running;
        if (now == null) {
            return;
        }
        try {
            now.cancel();
        } catch (SQLException e) {
            LOG.debug("Cancelling a statement of {} failed", branch.xid(), e);
        }
    }

    /** Closes what the application left open, lest it be used for another branch's work. */
    void closeStatements() {
        for (Statement statement : statements) {
            try {
                statement.close();
            } catch (SQLException e) {
                LOG.debug("Closing a statement of {} failed", branch.xid(), e);
            }
        }
        statements.clear();
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        switch (method.getName()) {
            case "close" -> {
                if (closed.compareAndSet(false, true)) {
                    branch.close(this);
                }
                return null;
            }
            case "isClosed" -> {
                return closed.get() || physical.broken();
            }
            case "equals" -> {
                return args != null && self == args[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(self);
            }
            case "toString" -> {
                return "Connection of branch " + branch.xid();
            }
            case "getAutoCommit" -> {
                return false;
            }
            case "commit" -> throw refused("commit()", "The transaction is committed where it was begun");
            case "setAutoCommit" -> {
                if (args != null && Boolean.TRUE.equals(args[0])) {
                    throw refused("setAutoCommit(true)", "The work belongs to a transaction");
                }
                return null;
            }
            case "setTransactionIsolation" -> {
                return branch.use(this, () -> setIsolation(args));
            }
            case "setReadOnly" -> {
                // A hint by JDBC's own words, and none that could be taken once the transaction has begun.
                return null;
            }
            case "rollback" -> {
                if (args == null || args.length == 0) {
                    throw refused("rollback()", "To give the transaction up, roll it back where it was begun");
                }
                return branch.use(this, () -> call(physical.jdbc(), method, args));
            }
            case "abort" -> {
                physical.abort();
                return null;
            }
            case "createStatement", "prepareStatement", "prepareCall" -> {
                TransactionControl.refuse(args);
                return branch.use(this, () -> guarded((Statement) requireNonNull(call(physical.jdbc(), method, args))));
            }
            case "setCatalog", "setSchema", "setHoldability", "setNetworkTimeout", "setTypeMap" -> {
                return branch.use(this, () -> {
                    rememberSetting(method.getName());
                    return call(physical.jdbc(), method, args);
                });
            }
            case "setClientInfo" -> {
                try {
                    return branch.use(this, () -> call(physical.jdbc(), method, args));
                } catch (SQLClientInfoException e) {
                    throw e;
                } catch (SQLException e) {
                    throw new SQLClientInfoException(e.getMessage(), Map.of(), e);
                }
            }
            default -> {
                return branch.use(this, () -> call(physical.jdbc(), method, args));
            }
        }
    }

    private @Nullable Object setIsolation(@Nullable Object @Nullable [] args) throws SQLException {
        if (args == null
                || !Integer.valueOf(physical.jdbc().getTransactionIsolation()).equals(args[0])) {
            throw refused(
                    "setTransactionIsolation()",
                    "The transaction has begun already; set XaOptions.transactionIsolation, or the database's default");
        }
        return null;
    }

    private void rememberSetting(String setter) throws SQLException {
        if (physical.remembers(setter)) {
            return;
        }
        Connection jdbc = physical.jdbc();
        switch (setter) {
            case "setCatalog" -> {
                String was = jdbc.getCatalog();
                physical.restoreLater(setter, c -> c.setCatalog(was));
            }
            case "setSchema" -> {
                String was = jdbc.getSchema();
                physical.restoreLater(setter, c -> c.setSchema(was));
            }
            case "setHoldability" -> {
                int was = jdbc.getHoldability();
                physical.restoreLater(setter, c -> c.setHoldability(was));
            }
            case "setNetworkTimeout" -> {
                int was = jdbc.getNetworkTimeout();
                physical.restoreLater(setter, c -> c.setNetworkTimeout(Runnable::run, was));
            }
            case "setTypeMap" -> {
                var was = jdbc.getTypeMap();
                physical.restoreLater(setter, c -> c.setTypeMap(was));
            }
            default -> throw new IllegalStateException(setter);
        }
    }

    private Statement guarded(Statement statement) {
        statements.add(statement);
        Class<?> type = statement instanceof CallableStatement
                ? CallableStatement.class
                : statement instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
        return (Statement) Proxy.newProxyInstance(
                BranchConnection.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, args) -> onStatement(statement, self, method, args));
    }

    private @Nullable Object onStatement(
            Statement statement, Object self, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        String name = method.getName();
        switch (name) {
            case "getConnection" -> {
                return proxy;
            }
            case "equals" -> {
                return args != null && self == args[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(self);
            }
            case "toString", "isClosed", "cancel" -> {
                // Cancelling comes from another thread than the one that runs, and must not wait for it.
                return call(statement, method, args);
            }
            case "close" -> {
                if (statements.remove(statement)) {
                    try {
                        return branch.use(this, () -> call(statement, method, args));
                    } catch (SQLTransactionRollbackException e) {
                        LOG.trace("Left to the rollback of {}", branch.xid(), e);
                    }
                }
                return null;
            }
            default -> {
                if (!name.startsWith("execute") && !name.equals("addBatch")) {
                    return branch.use(this, () -> call(statement, method, args));
                }
                TransactionControl.refuse(args);
                return branch.use(this, () -> run(statement, method, args));
            }
        }
    }

    private @Nullable Object run(Statement statement, Method method, @Nullable Object @Nullable [] args)
            throws SQLException {
        running = statement;
        try {
            return call(statement, method, args);
        } finally {
            running = null;
        }
    }

    private static @Nullable Object call(Object target, Method method, @Nullable Object @Nullable [] args)
            throws SQLException {
        try {
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            if (cause instanceof SQLException sql) {
                throw sql;
            }
            if (cause instanceof RuntimeException runtime) {
                throw runtime;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new SQLException("The driver failed in " + method.getName(), cause);
        } catch (IllegalAccessException e) {
            throw new SQLException("The driver does not let " + method.getName() + " be called", e);
        }
    }

    private static Object requireNonNull(@Nullable Object statement) throws SQLException {
        if (statement == null) {
            throw new SQLException("The driver returned no statement");
        }
        return statement;
    }

    private static SQLException refused(String what, String why) {
        return new SQLException(
                what + " is not for a connection that takes part in a transaction. " + why + ".",
                INVALID_TRANSACTION_STATE);
    }
}
