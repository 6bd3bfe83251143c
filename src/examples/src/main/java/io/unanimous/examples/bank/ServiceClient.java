package io.unanimous.examples.bank;

import io.unanimous.sdk.TransactionHeader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.IntSupplier;

/** Calls one of the bank's services, within a transaction. Safe for use by many threads. */
public final class ServiceClient {

    /** The status of an answer that no repetition changes: too little money, no free seat. */
    static final int BUSINESS_REFUSAL = 422;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);

    /** The service said no, for a reason that will not go away by itself. */
    public static final class BusinessRefusalException extends Exception {
        private static final long serialVersionUID = 1L;

        BusinessRefusalException(String message) {
            super(message);
        }
    }

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final String name;
    private final IntSupplier port;

    /**
     * A client of one service.
     *
     * @param name for messages
     * @param port where the service listens now; it changes when the service is started anew
     */
    public ServiceClient(String name, IntSupplier port) {
        this.name = name;
        this.port = port;
    }

    /** Books one leg of a transfer as part of the transaction. */
    void book(String transactionId, long transfer, int account, long amount)
            throws IOException, InterruptedException, BusinessRefusalException {
        post(transactionId, "/legs?transfer=" + transfer + "&account=" + account + "&amount=" + amount);
    }

    /** Reserves a seat as part of the transaction. */
    void reserve(String transactionId, long transfer)
            throws IOException, InterruptedException, BusinessRefusalException {
        post(transactionId, "/seats?transfer=" + transfer);
    }

    /** Asks outside of any transaction. */
    public String get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = send(request(path).GET());
        if (response.statusCode() != 200) {
            throw new IOException(name + " answered " + response.statusCode() + ": "
                    + response.body().strip());
        }
        return response.body();
    }

    private void post(String transactionId, String path)
            throws IOException, InterruptedException, BusinessRefusalException {
        HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.noBody());
        TransactionHeader.inject(transactionId, request::header);
        HttpResponse<String> response = send(request);
        String said = name + " answered " + response.statusCode() + ": "
                + response.body().strip();
        if (response.statusCode() == BUSINESS_REFUSAL) {
            throw new BusinessRefusalException(said);
        }
        if (response.statusCode() != 200) {
            throw new IOException(said);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port.getAsInt() + path))
                .timeout(ANSWER_TIMEOUT);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
