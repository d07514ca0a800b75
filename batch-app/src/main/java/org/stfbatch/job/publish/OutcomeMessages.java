package org.stfbatch.job.publish;

import java.util.Optional;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.OutcomeRow;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.StoredFailure;
import org.stfbatch.kafka.OutgoingRecord;
import org.stfbatch.kafka.message.AnswerMessage;
import org.stfbatch.kafka.message.FailureMessage;
import org.stfbatch.kafka.message.JobIdentity;
import org.stfbatch.kafka.message.MessageType;

/** Turns outcomes into messages, keyed by {@code custom_id}. */
final class OutcomeMessages {
  private final String run;

  OutcomeMessages(String run) {
    this.run = run;
  }

  OutgoingRecord message(OutcomeRow outcome) {
    ExportRow job = outcome.job();
    return job.answer().isPresent()
        ? answer(outcome, job.answer().get())
        : failure(outcome, job.failure().orElseThrow());
  }

  /** A prompt may be too long for the broker; then the answer goes without it. */
  private OutgoingRecord answer(OutcomeRow outcome, StoredAnswer answer) {
    Optional<String> prompt = Optional.of(outcome.job().prompt().text());
    return record(outcome, answer, prompt).orSmaller(record(outcome, answer, Optional.empty()));
  }

  private OutgoingRecord record(OutcomeRow outcome, StoredAnswer answer, Optional<String> prompt) {
    AnswerMessage message =
        new AnswerMessage(
            identity(outcome),
            prompt,
            answer.text(),
            answer.finishReason(),
            new AnswerMessage.Tokens(
                answer.tokens().prompt(), answer.tokens().vision(), answer.tokens().generated()),
            new AnswerMessage.Seconds(
                answer.timings().queueSeconds(),
                answer.timings().prefillSeconds(),
                answer.timings().decodeSeconds()),
            new AnswerMessage.Model(answer.modelName(), answer.modelFingerprint()),
            answer.answeredAt(),
            answer.logProbabilities());
    return OutgoingRecord.of(
        outcome.job().customId(), message.toJson(), MessageType.ANSWER.headers(outcome.traceId()));
  }

  private OutgoingRecord failure(OutcomeRow outcome, StoredFailure failed) {
    FailureMessage message =
        new FailureMessage(
            identity(outcome),
            failed.failure().stage(),
            failed.failure().code(),
            failed.failure().message(),
            failed.failure().attempts(),
            failed.failedAt());
    return OutgoingRecord.of(
        outcome.job().customId(), message.toJson(), MessageType.FAILURE.headers(outcome.traceId()));
  }

  private JobIdentity identity(OutcomeRow outcome) {
    ExportRow job = outcome.job();
    return new JobIdentity(
        job.customId(),
        run,
        outcome.sequence(),
        job.prompt().questionId(),
        job.prompt().category(),
        job.prompt().image());
  }
}
