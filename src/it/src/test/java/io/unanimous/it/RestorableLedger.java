package io.unanimous.it;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A ledger whose server its test may stop, copy and put back; its port and directory stay over restarts. */
final class RestorableLedger implements AutoCloseable {

    private final String resource;
    private final Path dataDir;
    private final int port = Programs.port(Programs.freeAddress());
    private EmbeddedPostgres server;
    private Ledger ledger;

    RestorableLedger(String resource) {
        this.resource = resource;
        this.dataDir = DaemonProcess.freshDirectory("restorable-" + resource);
        startServer();
        ledger.createBooks();
    }

    Ledger ledger() {
        return ledger;
    }

    /** Starts the server on what its directory holds. */
    void startServer() {
        try {
            server = Ledger.durableServer()
                    .setDataDirectory(dataDir)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start PostgreSQL for " + resource, e);
        }
        ledger = new Ledger(resource, server);
    }

    void stopServer() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop PostgreSQL for " + resource, e);
        }
    }

    /** Copies the directory of the server, which is stopped for as long as it takes. */
    Path coldCopy() {
        stopServer();
        Path copy = DaemonProcess.freshDirectory("cold-copy-" + resource);
        FileTree.copy(dataDir, copy);
        startServer();
        return copy;
    }

    /** Throws away what the server holds, and puts back what it held when it was copied. */
    void putBack(Path copy) {
        stopServer();
        FileTree.delete(dataDir);
        FileTree.copy(copy, dataDir);
        startServer();
    }

    @Override
    public void close() {
        stopServer();
    }
}
