package io.unanimous.examples.bank;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.unanimous.sdk.TransactionHeader;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A service's HTTP interface on the loopback address: the JDK's server, and no framework. */
final class HttpEndpoint implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
    private static final int THREADS = 16;

    /** Answers one path. Called on one of {@value #THREADS} threads. */
    interface Handler {
        /**
         * Does what is asked.
         *
         * @return the answer's text
         * @throws RefusedException with the status that says why not; any other exception is a 500
         */
        String handle(Request request) throws Exception;
    }

    /** A request: its query's parameters and its headers. */
    static final class Request {
        private final HttpExchange exchange;
        private final Map<String, String> parameters = new HashMap<>();

        private Request(HttpExchange exchange) {
            this.exchange = exchange;
            String query = exchange.getRequestURI().getRawQuery();
            for (String pair : query == null ? new String[0] : query.split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    String value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
                    parameters.put(pair.substring(0, equals), value);
                }
            }
        }

        /** The transaction that the request belongs to. */
        String transactionId() throws RefusedException {
            return TransactionHeader.extract(exchange.getRequestHeaders()::getFirst)
                    .orElseThrow(
                            () -> new RefusedException(400, "the header " + TransactionHeader.NAME + " is missing"));
        }

        /** A parameter that is a whole number. */
        long number(String name) throws RefusedException {
            String value = parameters.get(name);
            if (value == null) {
                throw new RefusedException(400, "the parameter " + name + " is missing");
            }
            try {
                return Long.parseLong(value);
            } catch (NumberFormatException e) {
                throw new RefusedException(400, "the parameter " + name + " is no number: " + value);
            }
        }
    }

    /** The request is refused, and nothing was done. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        RefusedException(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    private HttpEndpoint(HttpServer server) {
        this.server = server;
    }

    /** Opens an endpoint on a free port. */
    static HttpEndpoint open(Map<String, Handler> handlers) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        HttpEndpoint endpoint = new HttpEndpoint(server);
        handlers.forEach((path, handler) -> server.createContext(path, exchange -> answer(exchange, handler)));
        server.setExecutor(endpoint.threads);
        server.start();
        return endpoint;
    }

    /** The port that it got. */
    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void answer(HttpExchange exchange, Handler handler) throws IOException {
        int status;
        String text;
        try {
            text = handler.handle(new Request(exchange));
            status = 200;
        } catch (RefusedException e) {
            text = String.valueOf(e.getMessage());
            status = e.status;
        } catch (IllegalArgumentException e) {
            text = String.valueOf(e.getMessage());
            status = 400;
        } catch (Exception e) { // Whatever the application's code throws ends this request, and no other.
            LOG.warn("{} failed", exchange.getRequestURI(), e);
            text = e.toString();
            status = 500;
        }
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
