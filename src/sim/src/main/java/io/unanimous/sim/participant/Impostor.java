package io.unanimous.sim.participant;

import io.grpc.stub.StreamObserver;
import io.unanimous.sim.Dice;
import io.unanimous.sim.Life;
import io.unanimous.sim.net.Network;
import io.unanimous.v1.Ack;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.Command;
import io.unanimous.v1.Commit;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Hello;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.Prepare;
import io.unanimous.v1.Resource;
import io.unanimous.v1.Vote;
import io.unanimous.v1.VoteCast;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process that was set up wrongly, and answers for branches of another's resource: it says yes to a Prepare, and done to a
 * Commit, and has done nothing. It speaks the protocol without the SDK, which would not let it.
 */
public final class Impostor {

    private static final int PROTOCOL_VERSION = 1;

    private final List<String> resources;
    private final Dice dice;
    private final ParticipantServiceGrpc.ParticipantServiceStub participants;

    /** An impostor who has not spoken yet. */
    public Impostor(Network network, List<String> resources, Dice dice) {
        this.resources = resources;
        this.dice = dice;
        participants = ParticipantServiceGrpc.newStub(network.channel("impostor", new Life("impostor")));
    }

    /** Connects for some resource, and answers a Prepare or a Commit that went to the participant of another. */
    public void answer(CoordinatorMessage command) {
        ParticipantMessage answer = command.hasPrepare() ? yesTo(command.getPrepare()) : doneTo(command.getCommit());
        String addressed = command.hasPrepare()
                ? command.getPrepare().getBranch().getBranch()
                : command.getCommit().getBranch().getBranch();
        String own = dice.oneOf(resources.stream()
                .filter(resource -> !addressed.startsWith(resource + "/"))
                .toList());
        Speech speech = new Speech(answer);
        speech.begin(participants.connect(speech), own, "impostor-" + Long.toHexString(dice.nextLong()));
    }

    private static ParticipantMessage yesTo(Prepare prepare) {
        return ParticipantMessage.newBuilder()
                .setVote(VoteCast.newBuilder()
                        .setBranch(prepare.getBranch())
                        .setEpoch(prepare.getEpoch())
                        .setAttempt(prepare.getAttempt())
                        .setVote(Vote.VOTE_PREPARED))
                .build();
    }

    private static ParticipantMessage doneTo(Commit commit) {
        return ParticipantMessage.newBuilder()
                .setAck(Ack.newBuilder()
                        .setBranch(commit.getBranch())
                        .setEpoch(commit.getEpoch())
                        .setAttempt(commit.getAttempt())
                        .setCommand(commit.getOnePhase() ? Command.COMMAND_COMMIT_ONE_PHASE : Command.COMMAND_COMMIT)
                        .setResult(AckResult.ACK_RESULT_DONE))
                .build();
    }

    /** One stream: Hello, and after Welcome the answer. */
    private static final class Speech implements StreamObserver<ConnectResponse> {
        private final ParticipantMessage answer;
        private @Nullable StreamObserver<ConnectRequest> out;

        Speech(ParticipantMessage answer) {
            this.answer = answer;
        }

        void begin(StreamObserver<ConnectRequest> stream, String resource, String incarnation) {
            out = stream;
            stream.onNext(frame(ParticipantMessage.newBuilder()
                    .setHello(Hello.newBuilder()
                            .setProtocolVersion(PROTOCOL_VERSION)
                            .setParticipant("impostor")
                            .setIncarnation(incarnation)
                            .addResources(Resource.newBuilder().setName(resource)))
                    .build()));
        }

        private static ConnectRequest frame(ParticipantMessage message) {
            return ConnectRequest.newBuilder().addMessages(message).build();
        }

        @Override
        public void onNext(ConnectResponse frame) {
            StreamObserver<ConnectRequest> stream = out;
            // Welcome may come twice.
            if (stream != null && frame.getMessagesList().stream().anyMatch(CoordinatorMessage::hasWelcome)) {
                out = null;
                stream.onNext(frame(answer));
                stream.onCompleted();
            }
        }

        @Override
        public void onError(Throwable refused) {}

        @Override
        public void onCompleted() {}
    }
}
