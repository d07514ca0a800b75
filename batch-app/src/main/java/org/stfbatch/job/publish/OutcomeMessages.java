package org.stfbatch.job.publish;

import java.util.List;
import java.util.Map;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.OutcomeRow;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.StoredFailure;
import org.stfbatch.kafka.OutgoingRecord;
import org.stfbatch.kafka.message.AnswerMessage;
import org.stfbatch.kafka.message.FailureMessage;
import org.stfbatch.kafka.message.JobIdentity;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.message.MessageType;
import org.stfbatch.kafka.message.ReusedFrom;

/**
 * Converts outcomes to messages, keyed by {@code custom_id}. A message that is too large for its
 * topic is shortened step by step until it fits, and a header names the shortened fields: first the
 * prompt of an answer is left out, then long texts are cut and other long values are left out.
 */
final class OutcomeMessages {
  private static final List<Shortening> SHORTENINGS =
      List.of(
          Shortening.toPrompt(),
          Shortening.to(64 << 10),
          Shortening.to(8 << 10),
          Shortening.to(1 << 10),
          Shortening.to(100));

  private final String run;

  OutcomeMessages(String run) {
    this.run = run;
  }

  OutgoingRecord message(OutcomeRow outcome) {
    return message(outcome, Shortening.none(), SHORTENINGS);
  }

  private OutgoingRecord message(OutcomeRow outcome, Shortening how, List<Shortening> further) {
    OutgoingRecord record = record(outcome, how.begin());
    return further.isEmpty()
        ? record.orLeftOut()
        : record.orSmaller(
            () -> message(outcome, further.get(0), further.subList(1, further.size())));
  }

  private OutgoingRecord record(OutcomeRow outcome, Shortening.Cuts cuts) {
    ExportRow job = outcome.job();
    return job.answer().isPresent()
        ? answer(outcome, job.answer().get(), cuts)
        : failure(outcome, job.failure().orElseThrow(), cuts);
  }

  private OutgoingRecord answer(OutcomeRow outcome, StoredAnswer answer, Shortening.Cuts cuts) {
    AnswerMessage message =
        new AnswerMessage(
            identity(outcome, cuts),
            cuts.prompt(outcome.job().prompt().text()),
            cuts.text("text", answer.text()),
            answer.finishReason(),
            new AnswerMessage.Tokens(
                answer.tokens().prompt(), answer.tokens().vision(), answer.tokens().generated()),
            new AnswerMessage.Seconds(
                answer.timings().queueSeconds(),
                answer.timings().prefillSeconds(),
                answer.timings().decodeSeconds()),
            new AnswerMessage.Model(answer.modelName(), answer.model()),
            answer.answeredAt(),
            cuts.isTooLong(length(answer.logProbabilities()))
                ? cuts.without("log_probabilities", Map.of())
                : answer.logProbabilities(),
            outcome.job().attempt(),
            answer.source().map(source -> new ReusedFrom(source.run(), source.customId())));
    return OutgoingRecord.of(
        outcome.job().customId(), message.toJson(), headers(MessageType.ANSWER, outcome, cuts));
  }

  private OutgoingRecord failure(OutcomeRow outcome, StoredFailure failed, Shortening.Cuts cuts) {
    FailureMessage message =
        new FailureMessage(
            identity(outcome, cuts),
            failed.failure().stage(),
            failed.failure().code(),
            cuts.text("message", failed.failure().message()),
            failed.failure().attempts(),
            failed.failedAt(),
            outcome.job().attempt());
    return OutgoingRecord.of(
        outcome.job().customId(), message.toJson(), headers(MessageType.FAILURE, outcome, cuts));
  }

  private static MessageHeaders headers(
      MessageType type, OutcomeRow outcome, Shortening.Cuts cuts) {
    MessageHeaders headers = type.headers(outcome.traceId());
    return cuts.names().isEmpty()
        ? headers
        : headers.with(MessageHeaders.SHORTENED, String.join(",", cuts.names()));
  }

  private static long length(Map<String, Double> choices) {
    return choices.keySet().stream().mapToLong(choice -> choice.length() + Double.BYTES).sum();
  }

  private JobIdentity identity(OutcomeRow outcome, Shortening.Cuts cuts) {
    ExportRow job = outcome.job();
    return new JobIdentity(
        job.customId(),
        run,
        outcome.sequence(),
        cuts.ifShort("question_id", job.prompt().questionId()),
        cuts.ifShort("category", job.prompt().category()),
        cuts.ifShort("image", job.prompt().image()));
  }
}
