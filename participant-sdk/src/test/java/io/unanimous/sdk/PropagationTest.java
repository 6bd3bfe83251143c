package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.TransactionServiceGrpc;
import io.unanimous.v1.TransactionServiceGrpc.TransactionServiceBlockingStub;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a transaction's id travels with calls. Any gRPC service serves; this one answers with the id it was called in. */
final class PropagationTest {

    private Server server;
    private ManagedChannel channel;
    private TransactionServiceBlockingStub stub;

    @BeforeEach
    void serve() throws Exception {
        String name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name)
                .directExecutor()
                .intercept(TransactionInterceptors.server())
                .addService(new TransactionServiceGrpc.TransactionServiceImplBase() {
                    @Override
                    public void begin(BeginRequest request, StreamObserver<BeginResponse> out) {
                        String current = TransactionContext.currentId();
                        out.onNext(BeginResponse.newBuilder()
                                .setTransactionId(current == null ? "none" : current)
                                .build());
                        out.onCompleted();
                    }
                })
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
        stub = TransactionServiceGrpc.newBlockingStub(channel).withInterceptors(TransactionInterceptors.client());
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void theIdTravelsOverGrpc() throws Exception {
        String seen = TransactionContext.call(Ids.transaction(1), this::seenByServer);
        assertThat(seen).isEqualTo(Ids.transaction(1));
        assertThat(TransactionContext.currentId()).isNull();
    }

    @Test
    void withoutATransactionNothingTravels() {
        assertThat(seenByServer()).isEqualTo("none");
    }

    @Test
    void aMalformedIdIsRefusedByTheServer() {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("unanimous-transaction-id", Metadata.ASCII_STRING_MARSHALLER), "rubbish");
        TransactionServiceBlockingStub faulty = TransactionServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        assertThatThrownBy(() -> faulty.begin(BeginRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    }

    @Test
    void theIdTravelsInAHeaderOfAnyHttpLibrary() {
        Map<String, String> headers = new HashMap<>();
        TransactionHeader.inject(Ids.transaction(1), headers::put);
        assertThat(headers).containsOnly(Map.entry("unanimous-transaction-id", Ids.transaction(1)));
        assertThat(TransactionHeader.extract(headers::get)).contains(Ids.transaction(1));
        assertThat(TransactionHeader.extract(name -> null)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> TransactionHeader.extract(name -> "rubbish"));
        assertThatIllegalArgumentException().isThrownBy(() -> TransactionHeader.inject("rubbish", headers::put));
    }

    @Test
    void thePresentTransactionIsInjectedIfThereIsOne() {
        Map<String, String> headers = new HashMap<>();
        TransactionHeader.injectCurrent(headers::put);
        assertThat(headers).isEmpty();
        TransactionContext.run(Ids.transaction(1), () -> TransactionHeader.injectCurrent(headers::put));
        assertThat(headers).containsValue(Ids.transaction(1));
    }

    private String seenByServer() {
        return stub.begin(BeginRequest.getDefaultInstance()).getTransactionId();
    }
}
