package io.unanimous.sim.net;

import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.unanimous.sim.Dice;
import io.unanimous.sim.Life;
import io.unanimous.sim.Schedule;
import org.jspecify.annotations.Nullable;

/**
 * One call, unary or stream, with both its ends. Each end hears of what the other did when it arrives, if it arrives; an
 * end whose process has ended hears nothing and says nothing.
 */
final class Call<Q, S> extends ClientCall<Q, S> {

    /** How long it takes at most until an end hears that the other is gone. */
    private static final long NEWS_MAX_NANOS = 50 * Schedule.MILLIS;

    private final Network network;
    private final MethodDescriptor<Q, S> method;
    private final String clientProcess;
    private final Life clientLife;
    private final Inbox<Q> atServer = new Inbox<>(this::serverTakes);
    private final Inbox<S> atClient = new Inbox<>(this::clientTakes);

    private @Nullable Listener<S> clientListener;
    private ServerCall.@Nullable Listener<Q> serverListener;
    private @Nullable Host host;
    private @Nullable Lane toServer;
    private @Nullable Lane toClient;
    private Dice dice = new Dice(0);
    private boolean established;
    private boolean clientOver;
    private boolean serverOver;
    private boolean lostSomething;

    Call(Network network, MethodDescriptor<Q, S> method, String clientProcess, Life clientLife) {
        this.network = network;
        this.method = method;
        this.clientProcess = clientProcess;
        this.clientLife = clientLife;
    }

    // ---- the client's end ---------------------------------------------------------------------------------------

    @Override
    public void start(Listener<S> listener, Metadata headers) {
        clientListener = listener;
        network.open(this);
    }

    /** Tries to reach whoever serves; nobody there is told after a while. */
    void connect(@Nullable Host server, Dice own) {
        dice = own;
        String name = server == null ? "" : server.life().name();
        if (server == null
                || server.life().isOver()
                || network.isCut(clientProcess, Network.COORDINATOR)
                || network.isCut(Network.COORDINATOR, clientProcess)) {
            failClient(Status.UNAVAILABLE.withDescription("nobody answers"));
            return;
        }
        host = server;
        toServer = new Lane(network, dice, clientProcess, Network.COORDINATOR, server.life());
        toClient = new Lane(network, dice, Network.COORDINATOR, clientProcess, clientLife);
        toServer.carry(false, () -> accept(server, name));
    }

    private void accept(Host server, String name) {
        if (serverOver) {
            return;
        }
        ServerMethodDefinition<Q, S> served = served(server);
        if (served == null) {
            failClient(Status.UNIMPLEMENTED.withDescription(name + " does not serve " + method.getFullMethodName()));
            return;
        }
        established = true;
        serverListener = served.getServerCallHandler().startCall(new ServerEnd(), new Metadata());
        serverListener.onReady();
        atServer.drain();
        server.reached();
        lane(toClient).carry(false, () -> {
            if (!clientOver && clientListener != null) {
                clientListener.onReady();
            }
        });
    }

    @SuppressWarnings("unchecked") // Client and server take the method from the same descriptor.
    private @Nullable ServerMethodDefinition<Q, S> served(Host server) {
        return (ServerMethodDefinition<Q, S>) server.method(method.getFullMethodName());
    }

    @Override
    public void request(int count) {
        atClient.grant(count);
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        if (clientOver) {
            return;
        }
        Status status = Status.CANCELLED.withDescription(message);
        closeClientSoon(status, 0);
        if (toServer != null) {
            toServer.carry(false, this::cancelServer);
        }
    }

    @Override
    public void halfClose() {
        if (toServer != null && !clientOver) {
            toServer.carry(false, atServer::end);
        }
    }

    @Override
    public void sendMessage(Q message) {
        Lane lane = toServer;
        if (lane != null && !clientOver) {
            if (host != null && host.life().isOver()) {
                failClient(Status.UNAVAILABLE.withDescription("reset by the coordinator's machine"));
                return;
            }
            lostSomething |= !lane.carry(isStream(), () -> atServer.put(message));
        }
    }

    @Override
    public boolean isReady() {
        return established && !clientOver;
    }

    private void clientTakes(@Nullable S message) {
        Listener<S> listener = clientListener;
        if (!clientOver && listener != null && message != null) {
            listener.onMessage(message);
        }
    }

    private void failClient(Status status) {
        closeClientSoon(status, dice.between(0, NEWS_MAX_NANOS));
    }

    private void closeClientSoon(Status status, long delayNanos) {
        network.schedule().in(delayNanos, clientLife, () -> closeClient(status));
    }

    private void closeClient(Status status) {
        if (!clientOver) {
            clientOver = true;
            atClient.close();
            if (clientListener != null) {
                clientListener.onClose(status, new Metadata());
            }
            forgetIfOver();
        }
    }

    // ---- the server's end ---------------------------------------------------------------------------------------

    private void serverTakes(@Nullable Q message) {
        ServerCall.Listener<Q> listener = serverListener;
        Host server = host;
        if (serverOver || listener == null || server == null) {
            return;
        }
        if (message != null) {
            listener.onMessage(message);
        } else {
            listener.onHalfClose();
        }
        server.reached();
    }

    private void cancelServer() {
        if (!serverOver) {
            serverOver = true;
            atServer.close();
            if (serverListener != null && host != null) {
                serverListener.onCancel();
                host.reached();
            }
            forgetIfOver();
        }
    }

    private final class ServerEnd extends ServerCall<Q, S> {

        @Override
        public void request(int count) {
            atServer.grant(count);
        }

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(S message) {
            if (!serverOver) {
                if (host != null) {
                    network.tap().said(host.life(), message);
                }
                lostSomething |= !lane(toClient).carry(isStream(), () -> atClient.put(message));
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!serverOver) {
                serverOver = true;
                atServer.close();
                lane(toClient).carry(false, () -> atClient.endWith(() -> closeClient(status)));
                forgetIfOver();
            }
        }

        @Override
        public boolean isCancelled() {
            return serverOver;
        }

        @Override
        public boolean isReady() {
            return !serverOver;
        }

        @Override
        public MethodDescriptor<Q, S> getMethodDescriptor() {
            return method;
        }

        @Override
        public Attributes getAttributes() {
            return Attributes.EMPTY;
        }
    }

    // ---- what befalls it ----------------------------------------------------------------------------------------

    boolean lostSomething() {
        return lostSomething;
    }

    /** The connection is gone; each end hears of it in its own time, and may have opened the next one by then. */
    void breakOff() {
        Weather weather = network.weather();
        closeClientSoon(Status.UNAVAILABLE.withDescription("the connection was reset"), weather.newsNanos(dice));
        if (host != null) {
            network.schedule().in(weather.newsNanos(dice), host.life(), this::cancelServer);
        }
    }

    /** One end's process is gone. */
    void sideEnded(Life life, boolean saysSo) {
        if (life == clientLife) {
            clientOver = true;
            if (host == null || host.life().isOver()) {
                serverOver = true;
            } else if (saysSo) {
                network.schedule().in(dice.between(0, NEWS_MAX_NANOS), host.life(), this::cancelServer);
            }
        } else if (host != null && host.life() == life) {
            serverOver = true;
            if (saysSo) {
                failClient(Status.UNAVAILABLE.withDescription("the coordinator's process has ended"));
            }
        }
        forgetIfOver();
    }

    private void forgetIfOver() {
        if (clientOver && (serverOver || serverListener == null)) {
            network.closed(this);
        }
    }

    /** A unary call is carried whole or not at all, as gRPC has it. */
    private boolean isStream() {
        return method.getType() == MethodDescriptor.MethodType.BIDI_STREAMING;
    }

    private static Lane lane(@Nullable Lane lane) {
        if (lane == null) {
            throw new IllegalStateException("a call that is not connected");
        }
        return lane;
    }
}
