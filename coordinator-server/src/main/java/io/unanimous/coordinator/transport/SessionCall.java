package io.unanimous.coordinator.transport;

import io.unanimous.coordinator.core.Answer;
import io.unanimous.v1.SessionReply;

/**
 * One command of a session.
 *
 * @param session the session
 * @param requestId the client's number for the command
 */
record SessionCall(SessionStream session, long requestId) implements Caller {

    @Override
    public void answer(Answer answer, ReleaseBatch batch) {
        batch.add(session, reply(answer));
    }

    private SessionReply reply(Answer answer) {
        SessionReply.Builder reply = SessionReply.newBuilder().setRequestId(requestId);
        if (answer instanceof Answer.CommitAnswered commit) {
            reply.setCommit(AnswerWriter.commit(commit));
        } else if (answer instanceof Answer.Begun begun) {
            reply.setBegin(AnswerWriter.begun(begun));
        } else if (answer instanceof Answer.Refused refused) {
            reply.setRefusal(StatusMapper.message(refused.refusal()));
        } else if (answer instanceof Answer.RollbackAnswered rollback) {
            reply.setRollback(AnswerWriter.rollback(rollback));
        } else if (answer instanceof Answer.OutcomeTold told) {
            reply.setGetTransaction(AnswerWriter.outcome(told));
        } else {
            throw new IllegalStateException("no session asks for this: " + answer);
        }
        return reply.build();
    }
}
