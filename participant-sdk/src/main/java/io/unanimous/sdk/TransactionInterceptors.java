package io.unanimous.sdk;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Contexts;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Carries the present transaction's id over gRPC, as the metadata {@code unanimous-transaction-id}. */
public final class TransactionInterceptors {

    private static final Metadata.Key<String> ID =
            Metadata.Key.of(TransactionHeader.NAME, Metadata.ASCII_STRING_MARSHALLER);

    private static final ClientInterceptor CLIENT = new Outgoing();
    private static final ServerInterceptor SERVER = new Incoming();

    private TransactionInterceptors() {}

    /** For stubs: sends {@link TransactionContext#currentId()} along with each call, if there is one. */
    public static ClientInterceptor client() {
        return CLIENT;
    }

    /**
     * For servers: makes the id that came with a call {@link TransactionContext#currentId()} for all that handles it. A
     * call with a malformed id ends with INVALID_ARGUMENT; one without an id is handled without.
     */
    public static ServerInterceptor server() {
        return SERVER;
    }

    private static final class Outgoing implements ClientInterceptor {
        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            String id = TransactionContext.currentId();
            if (id == null) {
                return next.newCall(method, options);
            }
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<R> listener, Metadata headers) {
                    headers.discardAll(ID);
                    headers.put(ID, id);
                    super.start(listener, headers);
                }
            };
        }
    }

    private static final class Incoming implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            String id = headers.get(ID);
            if (id == null) {
                return next.startCall(call, headers);
            }
            if (!Names.isTransactionId(id)) {
                call.close(
                        Status.INVALID_ARGUMENT.withDescription(TransactionHeader.NAME + " is no transaction id"),
                        new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return Contexts.interceptCall(TransactionContext.with(id), call, headers, next);
        }
    }
}
