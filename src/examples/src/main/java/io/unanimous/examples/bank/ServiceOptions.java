package io.unanimous.examples.bank;

import io.unanimous.sdk.ClientOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the bank's services are started with, and how they end. */
final class ServiceOptions {

    @Option(names = "--resource", required = true, description = "The name of the resource that it takes part for.")
    private @Nullable String resource;

    @Option(names = "--coordinator", required = true, description = "HOST:PORT of the coordinator.")
    private @Nullable String coordinator;

    @Option(
            names = "--evidence",
            required = true,
            description = "The file that keeps how much of the coordinator's log was seen.")
    private @Nullable Path evidence;

    String resource() {
        return required(resource);
    }

    /**
     * How to connect. The evidence file lets a coordinator that was restored from an old copy be found out; a service
     * without a disk may leave it away.
     */
    ClientOptions clientOptions() {
        return ClientOptions.builder(required(coordinator))
                .name(resource() + " " + ProcessHandle.current().pid())
                .evidenceFile(required(evidence))
                .build();
    }

    /**
     * Says where the service listens, and returns when standard input ends. A service of yours would wait for SIGTERM;
     * this one must not outlive the quickstart, however that ends, and holds the other end of its input.
     */
    static void serveUntilInputEnds(HttpEndpoint endpoint) throws IOException {
        System.out.println("ready " + endpoint.port());
        System.out.flush();
        byte[] ignored = new byte[64];
        while (System.in.read(ignored) >= 0) {
            continue;
        }
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("a required option was not parsed");
        }
        return value;
    }
}
