package io.unanimous.bench.floor;

import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import java.util.List;

/** The four frames of the protocol. */
final class Frames {

    private Frames() {}

    static SessionRequest commands(List<SessionCommand> commands) {
        return SessionRequest.newBuilder().addAllCommands(commands).build();
    }

    static SessionResponse replies(List<SessionReply> replies) {
        return SessionResponse.newBuilder().addAllReplies(replies).build();
    }

    static ConnectRequest fromParticipant(List<ParticipantMessage> messages) {
        return ConnectRequest.newBuilder().addAllMessages(messages).build();
    }

    static ConnectResponse fromCoordinator(List<CoordinatorMessage> messages) {
        return ConnectResponse.newBuilder().addAllMessages(messages).build();
    }
}
