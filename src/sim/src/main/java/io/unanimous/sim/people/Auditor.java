package io.unanimous.sim.people;

import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.Environment;
import io.unanimous.sdk.TransactionOutcome;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sim.Life;
import io.unanimous.sim.Recorder;
import io.unanimous.sim.check.Observation;
import io.unanimous.sim.check.Observation.Mark;
import io.unanimous.sim.check.Observation.Outcome;
import io.unanimous.sim.net.Network;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A process that asks for the outcome of every transaction of which a resource ended a branch on its own, until it sees the mark. */
public final class Auditor {

    private final Network network;
    private final Recorder recorder;
    private final Function<Life, Environment> environments;
    private final Life life = new Life("auditor");
    private final Set<String> wanted = new LinkedHashSet<>();
    private @Nullable UnanimousClient client;

    /** An auditor who knows of nothing yet. */
    public Auditor(Network network, Recorder recorder, Function<Life, Environment> environments) {
        this.network = network;
        this.recorder = recorder;
        this.environments = environments;
    }

    /** Begins work. */
    public void start() {
        client = UnanimousClient.connect(
                ClientOptions.builder("simulated")
                        .channel(() -> network.channel("auditor", life))
                        .name("auditor")
                        .build(),
                environments.apply(life));
    }

    /** The coordinator has heard that a resource acted on its own. */
    public void watch(String transaction) {
        wanted.add(transaction);
    }

    /** Asks for everything that is still wanted. */
    public void ask() {
        UnanimousClient now = client;
        if (now == null) {
            return;
        }
        for (String transaction : List.copyOf(wanted)) {
            now.outcomeAsync(transaction).thenAccept(this::told);
        }
    }

    private void told(TransactionOutcome outcome) {
        Mark mark = switch (outcome.heuristic()) {
            case NONE -> Mark.NONE;
            case MIXED -> Mark.MIXED;
            case HAZARD -> Mark.HAZARD;
        };
        if (mark == Mark.NONE || outcome.status() == TransactionOutcome.Status.IN_PROGRESS) {
            return;
        }
        wanted.remove(outcome.transactionId());
        recorder.saw(new Observation.Told(
                recorder.nowMs(),
                life.name(),
                outcome.transactionId(),
                switch (outcome.status()) {
                    case COMMITTED -> Outcome.COMMITTED;
                    case ROLLED_BACK -> Outcome.ROLLED_BACK;
                    case UNKNOWN, IN_PROGRESS -> Outcome.UNKNOWN;
                },
                mark,
                "audit"));
    }
}
