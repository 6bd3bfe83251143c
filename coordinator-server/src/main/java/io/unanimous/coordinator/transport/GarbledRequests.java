package io.unanimous.coordinator.transport;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.RefusalReason;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses bytes that are no message. Left to itself gRPC takes them for a fault of the service: it ends the call with
 * UNKNOWN, which says nothing to the caller, and logs a stack trace for whatever a stranger sends.
 */
final class GarbledRequests implements ServerInterceptor {

    private static final Refusal REFUSAL =
            Refusal.of(RefusalReason.MALFORMED_MESSAGE, "the request's bytes are no message of this method");

    private GarbledRequests() {}

    /** The same service, which refuses what it cannot parse. */
    static ServerServiceDefinition refusedBy(ServerServiceDefinition service) {
        ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(
                        service.getServiceDescriptor().getName())
                .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
        ServerMethodDefinition<?, ?>[] methods = service.getMethods().stream()
                .map(GarbledRequests::lenient)
                .toArray(ServerMethodDefinition<?, ?>[]::new);
        for (ServerMethodDefinition<?, ?> method : methods) {
            descriptor.addMethod(method.getMethodDescriptor());
        }
        ServerServiceDefinition.Builder lenient = ServerServiceDefinition.builder(descriptor.build());
        for (ServerMethodDefinition<?, ?> method : methods) {
            lenient.addMethod(method);
        }
        return ServerInterceptors.intercept(lenient.build(), new GarbledRequests());
    }

    private static <Q, R> ServerMethodDefinition<Q, R> lenient(ServerMethodDefinition<Q, R> method) {
        MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
        return ServerMethodDefinition.create(
                descriptor.toBuilder(
                                new Lenient<>(descriptor.getRequestMarshaller()), descriptor.getResponseMarshaller())
                        .build(),
                method.getServerCallHandler());
    }

    /** Parses what is no message as null: only what comes after the parsing can end the call in words. */
    private record Lenient<Q>(Marshaller<Q> strict) implements Marshaller<Q> {
        @Override
        public InputStream stream(Q message) {
            return strict.stream(message);
        }

        @Override
        public @Nullable Q parse(InputStream bytes) {
            try {
                return strict.parse(bytes);
            } catch (StatusRuntimeException garbled) {
                return null;
            }
        }
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean refused;

            @Override
            public void onMessage(@Nullable Q message) {
                if (refused) {
                    return;
                }
                if (message != null) {
                    super.onMessage(message);
                    return;
                }
                refused = true;
                StatusRuntimeException refusal = StatusMapper.exception(REFUSAL);
                Metadata trailers = refusal.getTrailers();
                call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
                // For the service it is as if the caller had left.
                super.onCancel();
            }

            @Override
            public void onHalfClose() {
                if (!refused) {
                    super.onHalfClose();
                }
            }

            @Override
            public void onCancel() {
                if (!refused) {
                    super.onCancel();
                }
            }

            @Override
            public void onComplete() {
                if (!refused) {
                    super.onComplete();
                }
            }

            @Override
            public void onReady() {
                if (!refused) {
                    super.onReady();
                }
            }
        };
    }
}
