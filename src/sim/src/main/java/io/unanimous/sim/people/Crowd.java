package io.unanimous.sim.people;

import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.Environment;
import io.unanimous.sdk.TransactionOptions;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sim.Life;
import io.unanimous.sim.net.Network;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A process that at times wants far more than can be served, and cares for nothing of it. */
public final class Crowd {

    private static final TransactionOptions SHORT =
            TransactionOptions.defaults().withTimeout(Duration.ofMillis(100));

    private final Network network;
    private final Function<Life, Environment> environments;
    private final Life life = new Life("crowd");
    private @Nullable UnanimousClient client;

    /** A crowd that has not come yet. */
    public Crowd(Network network, Function<Life, Environment> environments) {
        this.network = network;
        this.environments = environments;
    }

    /** It comes. */
    public void start() {
        client = UnanimousClient.connect(
                ClientOptions.builder("simulated")
                        .channel(() -> network.channel("crowd", life))
                        .name("crowd")
                        .build(),
                environments.apply(life));
    }

    /** Begins so many transactions at once, and leaves them alone. */
    public void rush(long transactions) {
        UnanimousClient now = client;
        for (long i = 0; now != null && i < transactions; i++) {
            var unused = now.beginAsync(SHORT);
        }
    }
}
