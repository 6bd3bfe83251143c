package io.unanimous.coordinator.transport;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.Coordinator;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.RefusalReason;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.Refusal;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A fuzz target: the coordinator behind its gRPC edge, and peers that say anything at any time, from well-formed messages
 * in a mad order to bytes that are no message. Nothing may be thrown, every call must end, every refusal must be a
 * documented one, the log must read back, and a well-behaved transaction beside all this must commit.
 *
 * <p>The input is a series of steps; a step is one byte that says what, and what that needs.
 */
public final class WireFuzz implements AutoCloseable {
    private static final int STEPS_MAX = 200;
    private static final int STREAMS_MAX = 4;
    private static final int TURNS_MAX = 10_000;
    private static final long DAY_MS = 86_400_000;
    private static final List<Long> PASSING_MS = List.of(1L, 100L, 1_000L, 10_000L, 31_000L, 61_000L);

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private static final List<MethodDescriptor<?, ?>> CALLS = Stream.of(
                    TransactionServiceGrpc.getServiceDescriptor(), AdminServiceGrpc.getServiceDescriptor())
            .flatMap(service -> service.getMethods().stream())
            .filter(method -> method.getType().clientSendsOneMessage())
            .<MethodDescriptor<?, ?>>map(method -> method)
            .toList();

    private final Rig rig = new Rig();
    private final FuzzBytes choices;
    private final FuzzMessages messages;
    private final List<Call<ConnectResponse>> participants = new ArrayList<>();
    private final List<Call<SessionResponse>> sessions = new ArrayList<>();
    private final List<Call<Object>> unary = new ArrayList<>();

    private WireFuzz(byte[] input) {
        rig.opened();
        choices = new FuzzBytes(input);
        messages = new FuzzMessages(choices, rig.epoch());
    }

    /** What jazzer calls first: loading the classes must not count as the first input's time. */
    public static void fuzzerInitialize() {
        fuzzerTestOneInput(new byte[0]);
    }

    /** What jazzer calls for each input. */
    public static void fuzzerTestOneInput(byte[] input) {
        try (WireFuzz fuzz = new WireFuzz(input)) {
            fuzz.run();
        }
    }

    private void run() {
        WellBehaved beside = new WellBehaved(rig, this::work);
        for (int step = 0; step < STEPS_MAX && choices.hasMore(); step++) {
            step(beside);
            learn();
        }
        work();
        beside.commits();
        endEverything();
        checkEverything();
        rig.log.reopen().replay(new Coordinator(Limits.defaults(), Rig.STORE, 0)::replay);
    }

    private void step(WellBehaved beside) {
        switch (choices.below(12)) {
            case 0 -> open(participants, ParticipantServiceGrpc.getConnectMethod());
            case 1 -> open(sessions, TransactionServiceGrpc.getSessionMethod());
            case 2, 3 -> send(participants, messages.participantFrame().toByteArray());
            case 4, 5 -> send(sessions, messages.sessionFrame().toByteArray());
            case 6 -> send(choices.flag() ? participants : sessions, choices.bytes());
            case 7 -> call();
            case 8 -> {
                rig.clock.advance(choices.of(PASSING_MS));
                work();
            }
            case 9 -> work();
            case 10 -> {
                beside.beat();
                rig.edge.beat();
            }
            default -> leave();
        }
    }

    private <R> void open(List<Call<R>> streams, MethodDescriptor<?, R> method) {
        if (streams.size() < STREAMS_MAX) {
            Call<R> call = new Call<>(method.getBareMethodName());
            call.bind(ClientCalls.asyncBidiStreamingCall(
                    rig.channel.newCall(raw(method), CallOptions.DEFAULT), call.peer));
            streams.add(call);
        }
    }

    private <R> void send(List<? extends Call<?>> streams, byte[] frame) {
        if (!streams.isEmpty() && !beside(frame)) {
            streams.get(choices.below(streams.size())).send(frame);
        }
    }

    private void call() {
        MethodDescriptor<?, ?> method = choices.of(CALLS);
        byte[] request;
        if (choices.below(4) == 3) {
            request = choices.bytes();
        } else {
            MessageLite message = messages.request(String.valueOf(method.getBareMethodName()));
            request = message.toByteArray();
        }
        if (beside(request)) {
            return;
        }
        @SuppressWarnings("unchecked") // Whatever it answers.
        MethodDescriptor<?, Object> any = (MethodDescriptor<?, Object>) method;
        Call<Object> call = new Call<>(any.getBareMethodName());
        unary.add(call);
        if (any.getType() == MethodDescriptor.MethodType.SERVER_STREAMING) {
            ClientCalls.asyncServerStreamingCall(
                    rig.channel.newCall(raw(any), CallOptions.DEFAULT), request, call.peer);
        } else {
            ClientCalls.asyncUnaryCall(rig.channel.newCall(raw(any), CallOptions.DEFAULT), request, call.peer);
        }
    }

    /** Whoever names the well-behaved transaction's branch or resource may well end it: that would prove nothing. */
    private static boolean beside(byte[] request) {
        return new String(request, StandardCharsets.ISO_8859_1).contains(WellBehaved.RESOURCE);
    }

    private void leave() {
        List<Call<?>> all = new ArrayList<>(participants);
        all.addAll(sessions);
        all.addAll(unary);
        if (!all.isEmpty()) {
            Call<?> call = all.get(choices.below(all.size()));
            if (choices.flag()) {
                call.cancel();
            } else {
                call.halfClose();
            }
        }
    }

    /** The same method, whose requests are bytes of the caller's own. */
    static <R> MethodDescriptor<byte[], R> raw(MethodDescriptor<?, R> method) {
        return method.toBuilder(BYTES, method.getResponseMarshaller()).build();
    }

    /** Works until nothing is left to do at this time, which must come soon. */
    private void work() {
        for (int turn = 0; turn < TURNS_MAX; turn++) {
            if (!(rig.runtime.runTurn() > 0 | rig.runtime.runBatch())) {
                return;
            }
        }
        throw new AssertionError("still not idle after " + TURNS_MAX + " turns at one time");
    }

    private void learn() {
        for (Call<SessionResponse> session : sessions) {
            for (SessionResponse frame : session.heard()) {
                frame.getRepliesList().stream()
                        .filter(SessionReply::hasBegin)
                        .forEach(reply -> messages.learn(reply.getBegin().getTransactionId()));
            }
        }
        for (Call<Object> call : unary) {
            for (Object answer : call.heard()) {
                if (answer instanceof BeginResponse begun) {
                    messages.learn(begun.getTransactionId());
                } else if (answer instanceof GetStatusResponse status && status.hasHold()) {
                    messages.learnEvidence(status.getHold().getEvidenceId());
                }
            }
        }
    }

    /** Everybody has said what they had to say, and every time that anybody may wait for passes. */
    private void endEverything() {
        participants.forEach(Call::halfClose);
        sessions.forEach(Call::halfClose);
        work();
        rig.clock.advance(DAY_MS + 1);
        work();
        unary.stream().filter(call -> call.method.equals("WatchTransactions")).forEach(Call::cancel);
        work();
    }

    private void checkEverything() {
        participants.forEach(Call::check);
        sessions.forEach(Call::check);
        unary.forEach(Call::check);
        for (Call<SessionResponse> session : sessions) {
            for (SessionResponse frame : session.peer.received()) {
                for (SessionReply reply : frame.getRepliesList()) {
                    if (reply.hasRefusal()) {
                        documented(reply.getRefusal());
                    }
                }
            }
        }
        for (Call<ConnectResponse> participant : participants) {
            for (ConnectResponse frame : participant.peer.received()) {
                frame.getMessagesList().stream()
                        .filter(CoordinatorMessage::hasEnlisted)
                        .map(CoordinatorMessage::getEnlisted)
                        .filter(Enlisted::hasRefusal)
                        .forEach(enlisted -> documented(enlisted.getRefusal()));
            }
        }
    }

    private static void documented(Refusal refusal) {
        requireDocumented(refusal.getReason(), refusal.getCode(), refusal.toString());
    }

    private static void requireDocumented(String reason, int code, String what) {
        for (RefusalReason known : RefusalReason.values()) {
            if (known.name().equals(reason) && StatusMapper.code(known).getNumber() == code) {
                return;
            }
        }
        throw new AssertionError("not a documented refusal: " + what);
    }

    @Override
    public void close() {
        rig.close();
    }

    /** A call of ours, from its first byte to its end. */
    private static final class Call<R> {
        private final String method;
        private final Rig.Peer<byte[], R> peer = new Rig.Peer<>(true);
        private boolean said;
        private boolean cancelled;
        private int heard;

        Call(@Nullable String method) {
            this.method = String.valueOf(method);
        }

        void bind(StreamObserver<byte[]> requests) {
            peer.bind(requests);
        }

        void send(byte[] frame) {
            if (!said && !cancelled && peer.open()) {
                peer.send(frame);
            }
        }

        void halfClose() {
            if (peer.isStream() && !said && !cancelled && peer.open()) {
                said = true;
                peer.halfClose();
            }
        }

        void cancel() {
            if (!cancelled && peer.open()) {
                cancelled = true;
                peer.cancel();
            }
        }

        /** What came since it was asked last. */
        List<R> heard() {
            List<R> news =
                    List.copyOf(peer.received().subList(heard, peer.received().size()));
            heard += news.size();
            return news;
        }

        void check() {
            if (peer.open()) {
                throw new AssertionError(method + " never ended");
            }
            if (peer.error() == null || cancelled) {
                return;
            }
            com.google.rpc.Status status = StatusProto.fromThrowable(peer.error());
            Status ended = Status.fromThrowable(peer.error());
            if (status == null || status.getDetailsCount() == 0) {
                throw new AssertionError(method + " ended with " + ended, peer.error());
            }
            try {
                requireDocumented(
                        status.getDetails(0).unpack(ErrorInfo.class).getReason(), status.getCode(), ended.toString());
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(method + " ended without ErrorInfo: " + ended, e);
            }
        }
    }
}
