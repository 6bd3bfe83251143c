package io.unanimous.bench.databases;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAResource;

/** A connection that one slot keeps: the cheapest pool there is. */
public record KeptXaConnection(XAConnection physical, Connection jdbc, XAResource resource) {

    /** Connects. */
    static KeptXaConnection open(XADataSource dataSource) throws SQLException {
        XAConnection physical = dataSource.getXAConnection();
        return new KeptXaConnection(physical, physical.getConnection(), physical.getXAResource());
    }

    /** A connection to one of the databases for each slot. */
    public static List<KeptXaConnection> forSlots(PostgresPair databases, int database, int slots) throws SQLException {
        List<KeptXaConnection> kept = new ArrayList<>();
        for (int slot = 0; slot < slots; slot++) {
            kept.add(open(databases.xaDataSource(database)));
        }
        return kept;
    }
}
