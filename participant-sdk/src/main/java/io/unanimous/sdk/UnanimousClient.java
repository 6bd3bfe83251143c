package io.unanimous.sdk;

import io.grpc.ManagedChannel;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.TransactionServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a coordinator: begins transactions, and takes part in them. One client serves a whole process, with
 * thousands of transactions in flight on a few threads. Safe for many threads.
 *
 * <p>It connects by itself, whenever there is something to say, and again after the connection was lost; work that waits
 * is resumed.
 */
public final class UnanimousClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UnanimousClient.class);

    private static final String INCARNATION_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

    private static final Duration CHANNEL_CLOSES_WITHIN = Duration.ofSeconds(1);

    private final ClientOptions options;
    private final Environment environment;
    private final Evidence evidence;
    private final ManagedChannel channel;
    private final Session session;
    private final Stages stages;
    /** By resource; empty while a participant is being verified. */
    private final Map<String, Optional<ParticipantHost>> participants = new LinkedHashMap<>();

    private boolean closed;

    UnanimousClient(ClientOptions options, Environment environment) {
        this.options = options;
        this.environment = environment;
        this.evidence = openEvidence(options.evidenceFile(), environment);
        this.channel = options.openChannel();
        this.stages = new Stages(environment.callbacks());
        this.session = new Session(
                TransactionServiceGrpc.newStub(channel), channel::resetConnectBackoff, options, environment);
    }

    /** Connects to the coordinator at {@code target}, "host:port", with the default options and without TLS. */
    public static UnanimousClient connect(String target) {
        return connect(ClientOptions.defaults(target));
    }

    /**
     * Connects. Returns at once: a coordinator that is not there now may come.
     *
     * @throws UncheckedIOException if the evidence file is damaged, cannot be used, or belongs to another client
     */
    public static UnanimousClient connect(ClientOptions options) {
        return connect(options, new SystemEnvironment());
    }

    /** As {@link #connect(ClientOptions)}, on an environment that a test or a simulator steers. */
    public static UnanimousClient connect(ClientOptions options, Environment environment) {
        return new UnanimousClient(options, environment);
    }

    // ---------------------------------------------------------------------------------------------------- initiating

    /**
     * Begins a transaction that rolls back unless commit is asked for within {@code timeout}; otherwise with the default
     * options.
     *
     * @throws IllegalArgumentException if the timeout is not 100 ms to 24 h
     * @throws CoordinatorUnavailableException if no answer came in time, or it was lost; begin again if you like, since
     *     a transaction that was begun nevertheless ends by its timeout
     * @throws RequestRejectedException if the coordinator has too many transactions open, or is in HOLD
     */
    public GlobalTransaction begin(Duration timeout) {
        return begin(TransactionOptions.defaults().withTimeout(timeout));
    }

    /** As {@link #begin(Duration)}, with options. */
    public GlobalTransaction begin(TransactionOptions how) {
        return stages.await(
                beginning(how), interrupt -> new CoordinatorUnavailableException("Interrupted in begin", interrupt));
    }

    /** As {@link #begin(TransactionOptions)}; completes on an SDK thread, exceptionally with the same exceptions. */
    public CompletionStage<GlobalTransaction> beginAsync(TransactionOptions how) {
        return stages.handOut(beginning(how));
    }

    private CompletableFuture<GlobalTransaction> beginning(TransactionOptions how) {
        BeginRequest.Builder request = BeginRequest.newBuilder()
                .setTimeoutMs(how.timeout().toMillis())
                .setInitiator(Texts.cut(options.name(), Limits.INITIATOR_BYTES_MAX));
        if (how.allowOnePhase() || how.allowUnloggedReadOnly()) {
            request.setOptions(io.unanimous.v1.TransactionOptions.newBuilder()
                    .setAllowOnePhase(how.allowOnePhase())
                    .setAllowUnloggedReadOnly(how.allowUnloggedReadOnly()));
        }
        BeginOperation begin = new BeginOperation(request.build(), deadline(options.requestTimeout()));
        session.submit(begin);
        return begin.future()
                .thenApply(id -> new GlobalTransaction(id, how, commit -> ending(id, how, commit), stages));
    }

    private CompletableFuture<TransactionOutcome> ending(String id, TransactionOptions how, boolean commit) {
        EndOperation end = new EndOperation(id, commit, how.answerAt(), deadline(how.answerWithin()));
        session.submit(end);
        return end.future();
    }

    /**
     * Asks what became of a transaction, of this client or any other. Known outcomes are kept for a day by default.
     *
     * @throws IllegalArgumentException if the id is malformed
     * @throws RequestRejectedException with code NOT_FOUND if nothing is known of it and nothing may be presumed
     * @throws CoordinatorUnavailableException if no answer came in time
     */
    public TransactionOutcome outcome(String transactionId) {
        return stages.await(
                asking(transactionId),
                interrupt -> new CoordinatorUnavailableException("Interrupted while asking", interrupt));
    }

    /** As {@link #outcome}; completes on an SDK thread, exceptionally with the same exceptions. */
    public CompletionStage<TransactionOutcome> outcomeAsync(String transactionId) {
        return stages.handOut(asking(transactionId));
    }

    private CompletableFuture<TransactionOutcome> asking(String transactionId) {
        OutcomeOperation ask =
                new OutcomeOperation(Names.requireTransactionId(transactionId), deadline(options.requestTimeout()));
        session.submit(ask);
        return ask.future();
    }

    private long deadline(Duration within) {
        return environment.clockwork().nanoTime() + within.toNanos();
    }

    // ------------------------------------------------------------------------------------------------- participating

    /**
     * Registers a participant for a resource: verifies it, connects it, and recovers what an earlier life of it left
     * prepared. Blocks while the resource is verified, and does not wait for the coordinator.
     *
     * @param resource names the resource, the same in every process and for ever: 1 to 32 characters of [a-z0-9._-]
     * @throws IllegalArgumentException if the name is malformed
     * @throws IllegalStateException if this client has a participant for the resource already, or is closed
     * @throws UnsuitableResourceException if the resource cannot keep its promises as it is set up
     * @throws ResourceUnavailableException if it could not be verified: try again later
     */
    public ParticipantHandle participant(String resource, Participant participant) {
        return register(resource, participant, handle -> handle);
    }

    /** As {@link #participant(String, Participant)}, for a participant that brings an interface of its own. */
    public <H> H participant(String resource, ParticipantAdapter<H> adapter) {
        return register(resource, adapter, adapter::attach);
    }

    private <H> H register(String resource, Participant participant, Function<ParticipantHandle, H> attach) {
        reserve(Names.requireResource(resource));
        boolean registered = false;
        try {
            String fingerprint = verified(resource, participant);
            ParticipantHost host = new ParticipantHost(
                    resource,
                    participant,
                    fingerprint,
                    newIncarnation(environment.unique()),
                    evidence,
                    ParticipantServiceGrpc.newStub(channel),
                    channel::resetConnectBackoff,
                    options,
                    environment);
            H attached = attach.apply(new HostedParticipant(host, stages, () -> close(List.of(host))));
            synchronized (participants) {
                if (closed) {
                    throw new IllegalStateException("The client is closed");
                }
                participants.put(resource, Optional.of(host));
            }
            host.start();
            registered = true;
            return attached;
        } finally {
            if (!registered) {
                release(resource);
                participant.ended();
            }
        }
    }

    /** The participant for a resource, for tests. */
    ParticipantHost host(String resource) {
        synchronized (participants) {
            return Optional.ofNullable(participants.get(resource))
                    .flatMap(host -> host)
                    .orElseThrow();
        }
    }

    /** Takes the name, so that nobody else registers it while the resource is verified. */
    private void reserve(String resource) {
        synchronized (participants) {
            if (closed) {
                throw new IllegalStateException("The client is closed");
            }
            if (participants.putIfAbsent(resource, Optional.empty()) != null) {
                throw new IllegalStateException("This client has a participant for " + resource + " already");
            }
        }
    }

    private void release(String resource) {
        synchronized (participants) {
            participants.remove(resource);
        }
    }

    /** The one boundary around the application's checks. */
    private static String verified(String resource, Participant participant) {
        String fingerprint;
        try {
            participant.verify();
            fingerprint = participant.fingerprint();
        } catch (RuntimeException | Error fault) {
            throw fault;
        } catch (Exception unreachable) {
            throw new ResourceUnavailableException(
                    "Resource " + resource + " could not be verified: " + Texts.of(unreachable), unreachable);
        }
        if (Texts.bytes(fingerprint) > Limits.FINGERPRINT_BYTES_MAX) {
            throw new IllegalArgumentException("The fingerprint of " + resource + " has more than "
                    + Limits.FINGERPRINT_BYTES_MAX + " bytes: " + fingerprint);
        }
        return fingerprint;
    }

    /** One life of one participant: what it knows of its branches ends with it. */
    private static String newIncarnation(RandomGenerator unique) {
        StringBuilder incarnation = new StringBuilder(Limits.INCARNATION_CHARS);
        for (int i = 0; i < Limits.INCARNATION_CHARS; i++) {
            incarnation.append(INCARNATION_ALPHABET.charAt(unique.nextInt(INCARNATION_ALPHABET.length())));
        }
        return incarnation.toString();
    }

    // ------------------------------------------------------------------------------------------------------- closing

    /**
     * Ends every participant, fails what is not answered, and disconnects. Waits for calls of participants that are
     * running, within {@code closeWithin}. Transactions that are not committed roll back by their timeout.
     */
    @Override
    public void close() {
        List<ParticipantHost> hosts = new ArrayList<>();
        synchronized (participants) {
            if (closed) {
                return;
            }
            closed = true;
            participants.values().forEach(host -> host.ifPresent(hosts::add));
        }
        close(hosts);
        session.close();
        channel.shutdown();
        environment.close();
        try {
            if (!channel.awaitTermination(CHANNEL_CLOSES_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                channel.shutdownNow();
            }
            evidence.close();
        } catch (InterruptedException interrupt) {
            channel.shutdownNow();
            Thread.currentThread().interrupt();
        } catch (IOException unclosed) {
            LOG.warn("The evidence file was not given back", unclosed);
        }
    }

    private void close(List<ParticipantHost> hosts) {
        CompletableFuture<?>[] closing =
                hosts.stream().map(ParticipantHost::close).toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(closing).get(options.closeWithin().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException busy) {
            LOG.warn("A participant is still busy after {}; closing does not wait for it", options.closeWithin());
        } catch (ExecutionException failed) {
            LOG.warn("A participant failed to end", failed.getCause());
        }
        hosts.forEach(host -> release(host.resource()));
    }

    private static Evidence openEvidence(@Nullable Path file, Environment environment) {
        try {
            return file == null ? Evidence.inMemory() : Evidence.in(environment.evidence(file));
        } catch (IOException unusable) {
            throw new UncheckedIOException(unusable.getMessage(), unusable);
        }
    }
}
