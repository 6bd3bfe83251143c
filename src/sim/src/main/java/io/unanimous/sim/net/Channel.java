package io.unanimous.sim.net;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.unanimous.sim.Life;
import java.util.concurrent.TimeUnit;

/** One process's way to the coordinator, whoever that is when a call opens. */
public final class Channel extends ManagedChannel {

    private final Network network;
    private final String process;
    private final Life life;
    private boolean shutdown;

    Channel(Network network, String process, Life life) {
        this.network = network;
        this.process = process;
        this.life = life;
    }

    @Override
    public <Q, S> ClientCall<Q, S> newCall(MethodDescriptor<Q, S> method, CallOptions options) {
        return new Call<>(network, method, process, life);
    }

    @Override
    public String authority() {
        return "coordinator";
    }

    @Override
    public ManagedChannel shutdown() {
        shutdown = true;
        return this;
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public ManagedChannel shutdownNow() {
        return shutdown();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
