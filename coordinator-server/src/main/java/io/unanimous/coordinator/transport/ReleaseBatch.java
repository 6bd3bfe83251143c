package io.unanimous.coordinator.transport;

import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.SessionReply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages released together, gathered so that each stream is written at most once. Of one thread. */
final class ReleaseBatch {

    private final Map<SessionStream, List<SessionReply>> replies = new LinkedHashMap<>();
    private final Map<ParticipantStream, List<CoordinatorMessage>> messages = new LinkedHashMap<>();

    /** Adds a reply on a session. */
    void add(SessionStream session, SessionReply reply) {
        replies.computeIfAbsent(session, unused -> new ArrayList<>()).add(reply);
    }

    /** Adds a message on a participant's stream. */
    void add(ParticipantStream participant, CoordinatorMessage message) {
        messages.computeIfAbsent(participant, unused -> new ArrayList<>()).add(message);
    }

    /** Writes everything. */
    void write() {
        messages.forEach(ParticipantStream::write);
        replies.forEach(SessionStream::write);
    }
}
