package io.unanimous.bench.wire;

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
public final class Frames {

    private Frames() {}

    /** A frame from an initiator. */
    public static SessionRequest commands(List<SessionCommand> commands) {
        return SessionRequest.newBuilder().addAllCommands(commands).build();
    }

    /** A frame to an initiator. */
    public static SessionResponse replies(List<SessionReply> replies) {
        return SessionResponse.newBuilder().addAllReplies(replies).build();
    }

    /** A frame from a participant. */
    public static ConnectRequest fromParticipant(List<ParticipantMessage> messages) {
        return ConnectRequest.newBuilder().addAllMessages(messages).build();
    }

    /** A frame to a participant. */
    public static ConnectResponse fromCoordinator(List<CoordinatorMessage> messages) {
        return ConnectResponse.newBuilder().addAllMessages(messages).build();
    }
}
