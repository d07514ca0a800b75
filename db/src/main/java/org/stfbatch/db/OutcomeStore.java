package org.stfbatch.db;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.stfbatch.base.ModelIdentity;

/** Writes what became of image jobs. */
public final class OutcomeStore {

  /**
   * Only a job that was waiting gets an outcome, and taking it locks it: a second writer of the
   * same job, even at the same time, takes nothing and so stores nothing.
   *
   * <p>The condition on {@code job_id % 1} is always true. PostgreSQL takes it for a rare one,
   * expects few rows, and looks each of them up by its key. Without it, it read all waiting jobs
   * for every chunk while it had no statistics of freshly stored ones.
   */
  static final String WRITE_ANSWERS =
      """
      with outcome as (
        select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as t (
          job_id, text, text_utf8, finish_reason, prompt_tokens, vision_tokens, generated_tokens,
          queue_seconds, prefill_seconds, decode_seconds, choices, log_probabilities)
        where job_id % 1 = 0
      ),
      taken as (
        delete from waiting_job using outcome
        where waiting_job.run_id = ? and waiting_job.job_id = outcome.job_id
        returning waiting_job.run_id, outcome.*
      )
      insert into answer (
        sequence, run_id, job_id, text, text_utf8, finish_reason,
        prompt_tokens, vision_tokens, generated_tokens,
        queue_seconds, prefill_seconds, decode_seconds,
        model_name, model_fingerprint, compression, weight_format, answered_at,
        choices, log_probabilities)
      select
        ? + row_number() over (), run_id, job_id, text, text_utf8, finish_reason,
        prompt_tokens, vision_tokens, generated_tokens,
        queue_seconds, prefill_seconds, decode_seconds,
        ?, ?, ?, ?, ?, choices::text[], log_probabilities::float8[]
      from taken
      """;

  private static final String WRITE_FAILURES =
      """
      with outcome as (
        select * from unnest(?, ?, ?, ?, ?, ?::timestamptz[]) as t (
          job_id, stage, code, message, attempts, failed_at)
        where job_id % 1 = 0
      ),
      taken as (
        delete from waiting_job using outcome
        where waiting_job.run_id = ? and waiting_job.job_id = outcome.job_id
        returning waiting_job.run_id, outcome.*
      )
      insert into failure (sequence, run_id, job_id, stage, code, message, attempts, failed_at)
      select ? + row_number() over (), run_id, job_id, stage, code, message, attempts, failed_at
      from taken
      """;

  private final JdbcTemplate template;
  private final OutcomeCounter counter;
  private final TransactionTemplate transaction;

  public OutcomeStore(DataSource dataSource) {
    this.template = new JdbcTemplate(dataSource);
    this.counter = new OutcomeCounter(template);
    this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
  }

  /**
   * Stores the outcomes of jobs that have none yet, all or none, and numbers them. A job that
   * already has an answer or a failure keeps it unchanged; if it occurs more than once here, an
   * answer goes before a failure. Writers of one run wait for each other's commit.
   *
   * @return how many answers and failures were new
   */
  public Written write(long runId, List<StoredAnswer> answers, List<StoredFailure> failures) {
    return transaction.execute(status -> writeNumbered(runId, answers, failures));
  }

  private Written writeNumbered(
      long runId, List<StoredAnswer> answers, List<StoredFailure> failures) {
    int outcomes = answers.size() + failures.size();
    if (outcomes == 0) {
      return new Written(0, 0);
    }
    long last = counter.reserve(runId, outcomes);
    int answered = writeAnswers(runId, last, answers);
    int failed = writeFailures(runId, last + answered, failures);
    counter.giveBack(runId, outcomes - answered - failed);
    return new Written(answered, failed);
  }

  /**
   * How many outcomes a write added.
   *
   * @param answers new answers
   * @param failures new failures
   */
  public record Written(int answers, int failures) {}

  /** What the answers of a chunk have in common: sent once, not with each of them. */
  record Common(String modelName, ModelIdentity model, Instant answeredAt) {
    static Common of(StoredAnswer answer) {
      return new Common(answer.modelName(), answer.model(), answer.answeredAt());
    }
  }

  private int writeAnswers(long runId, long last, List<StoredAnswer> answers) {
    Map<Common, List<StoredAnswer>> alike =
        answers.stream().collect(groupingBy(Common::of, LinkedHashMap::new, toList()));
    int written = 0;
    for (Map.Entry<Common, List<StoredAnswer>> some : alike.entrySet()) {
      long before = last + written;
      written +=
          template.update(
              WRITE_ANSWERS,
              statement -> setAnswers(statement, runId, before, some.getKey(), some.getValue()));
    }
    return written;
  }

  /**
   * @param last the sequence number before the first answer's
   */
  static void setAnswers(
      PreparedStatement statement, long runId, long last, Common common, List<StoredAnswer> answers)
      throws SQLException {
    new ArrayParameters<>(statement, answers, 1)
        .longs(StoredAnswer::jobId)
        .texts(answer -> StoredText.withSymbolForNul(answer.text()))
        .bytes(OutcomeStore::exactIfNeeded)
        .texts(StoredAnswer::finishReason)
        .integers(answer -> answer.tokens().prompt())
        .integers(answer -> answer.tokens().vision())
        .integers(answer -> answer.tokens().generated())
        .reals(answer -> answer.timings().queueSeconds())
        .reals(answer -> answer.timings().prefillSeconds())
        .reals(answer -> answer.timings().decodeSeconds())
        .textLists(OutcomeStore::choices)
        .realLists(OutcomeStore::logProbabilities);
    statement.setLong(13, runId);
    statement.setLong(14, last);
    statement.setString(15, common.modelName());
    statement.setString(16, common.model().fingerprint());
    statement.setString(17, common.model().compression());
    statement.setString(18, common.model().weightFormat());
    statement.setObject(19, common.answeredAt().atOffset(ZoneOffset.UTC));
  }

  private static List<String> choices(StoredAnswer answer) {
    Map<String, Double> scores = answer.logProbabilities();
    return scores.isEmpty() ? null : List.copyOf(scores.keySet());
  }

  private static List<Double> logProbabilities(StoredAnswer answer) {
    Map<String, Double> scores = answer.logProbabilities();
    return scores.isEmpty() ? null : List.copyOf(scores.values());
  }

  private int writeFailures(long runId, long last, List<StoredFailure> failures) {
    if (failures.isEmpty()) {
      return 0;
    }
    return template.update(
        WRITE_FAILURES,
        statement -> {
          new ArrayParameters<>(statement, failures, 1)
              .longs(StoredFailure::jobId)
              .texts(failed -> failed.failure().stage())
              .texts(failed -> failed.failure().code())
              .texts(failed -> failed.failure().message())
              .integers(failed -> failed.failure().attempts())
              .texts(failed -> failed.failedAt().toString());
          statement.setLong(7, runId);
          statement.setLong(8, last);
        });
  }

  private static byte[] exactIfNeeded(StoredAnswer answer) {
    return StoredText.holdsNul(answer.text()) ? StoredText.exactUtf8(answer.text()) : null;
  }
}
