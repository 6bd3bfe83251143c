package io.unanimous.coordinator.transport;

import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.runtime.EffectSink;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries effects out: messages on participants' streams, answers to callers, changes to watchers, lines in the log.
 *
 * <p>What is released together is gathered by stream, and each stream is written at most once.
 */
final class EffectReleaser implements EffectSink {

    private static final Logger LOG = LoggerFactory.getLogger("unanimous");

    private final Intake intake;
    private final ParticipantGateway gateway;
    private final Watchers watchers;
    private final CoordinatorMessages messages;

    EffectReleaser(Intake intake, ParticipantGateway gateway, Watchers watchers, CoordinatorMessages messages) {
        this.intake = intake;
        this.gateway = gateway;
        this.watchers = watchers;
        this.messages = messages;
    }

    @Override
    public void release(List<Effect> effects) {
        LogPosition position = intake.position();
        ReleaseBatch batch = new ReleaseBatch();
        for (Effect effect : effects) {
            if (effect instanceof Effect.CloseConnection close) {
                closeAfter(batch, close);
                batch = new ReleaseBatch();
            } else if (effect instanceof Effect.OnConnection message) {
                ParticipantStream stream = gateway.find(message.connection());
                // Without its stream a message is lost, as messages are; the core hears that the stream has ended.
                if (stream != null) {
                    batch.add(stream, messages.of(message, position));
                }
            } else if (effect instanceof Effect.Reply reply) {
                caller(reply).answer(reply.answer(), batch);
            } else if (effect instanceof Effect.NotifyWatchers change) {
                watchers.notify(change);
            } else if (effect instanceof Effect.Announce announcement) {
                announce(announcement);
            } else {
                throw new IllegalStateException("an effect that nothing carries out: " + effect);
            }
        }
        batch.write();
    }

    /** What was said before a stream is closed is still sent on it. */
    private void closeAfter(ReleaseBatch batch, Effect.CloseConnection close) {
        batch.write();
        ParticipantStream stream = gateway.find(close.connection());
        if (stream != null) {
            stream.close(StatusMapper.exception(close.refusal()));
        }
    }

    private static Caller caller(Effect.Reply reply) {
        if (reply.replyTo() instanceof Caller caller) {
            return caller;
        }
        throw new IllegalStateException("an answer to nobody of ours: " + reply);
    }

    private static void announce(Effect.Announce announcement) {
        // Texts quote what peers said: one line stays one line.
        String text = announcement.text().replaceAll("\\p{Cntrl}", " ");
        String about = announcement.transaction() == null ? "" : announcement.transaction() + ": ";
        switch (announcement.severity()) {
            case INFO -> LOG.info("{}{}", about, text);
            case WARNING -> LOG.warn("{}{}", about, text);
            case ALARM -> LOG.error("{}{}", about, text);
        }
    }
}
