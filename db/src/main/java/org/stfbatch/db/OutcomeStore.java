package org.stfbatch.db;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.stfbatch.base.ModelIdentity;

/** Writes what became of image jobs. */
public final class OutcomeStore {

  /**
   * Only a job that was waiting gets an outcome, and taking it locks it: a second writer of the
   * same job, even at the same time, takes nothing and so stores nothing. Jobs are locked in the
   * order of their ids, and before the counter: writers wait for each other, never in a circle.
   *
   * <p>The condition on {@code job_id % 1} is always true. PostgreSQL takes it for a rare one,
   * expects few rows, and looks each of them up by its key. Without it, it read all waiting jobs
   * for every chunk while it had no statistics of freshly stored ones.
   */
  private static final String TAKEN =
      """
      locked as (
        select outcome.*
        from outcome
        join waiting_job using (job_id)
        where waiting_job.run_id = ?
        order by waiting_job.job_id
        for update of waiting_job
      ),
      taken as (
        delete from waiting_job using locked
        where waiting_job.job_id = locked.job_id and locked.job_id %% 1 = 0
        returning locked.*, %s
      )
      """
          .formatted(IdleWriter.IS_ENDED);

  static final String TAKE =
      """
      with outcome as (
        select job_id from unnest(?) as t (job_id) where job_id %% 1 = 0
      ),
      %s
      select job_id from taken
      """
          .formatted(TAKEN);

  private static final String ANSWER_COLUMNS =
      """
      job_id, text, text_utf8, finish_reason, prompt_tokens, vision_tokens, generated_tokens,
      queue_seconds, prefill_seconds, decode_seconds, choices, log_probabilities
      """;

  private static final String INTO_ANSWER =
      """
      insert into answer (
        sequence, run_id, job_id, text, text_utf8, finish_reason,
        prompt_tokens, vision_tokens, generated_tokens,
        queue_seconds, prefill_seconds, decode_seconds,
        model_name, model_fingerprint, compression, weight_format, answered_at,
        choices, log_probabilities)
      """;

  /** Chunks of answers alone are nearly all chunks: they are taken and stored in one statement. */
  static final String TAKE_AND_WRITE_ANSWERS =
      """
      with outcome as (
        select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) with ordinality as t (%1$s, place)
        where job_id %% 1 = 0
      ),
      %2$s,
      numbers as (
        insert into outcome_counter as counter (run_id, last_sequence)
        select ?, count(*) from taken having count(*) > 0
        on conflict (run_id) do update
        set last_sequence = counter.last_sequence + excluded.last_sequence
        returning run_id, last_sequence
      )
      %3$s
      select
        last_sequence + 1 - row_number() over (order by place desc), run_id, job_id,
        text, text_utf8, finish_reason, prompt_tokens, vision_tokens, generated_tokens,
        queue_seconds, prefill_seconds, decode_seconds,
        ?, ?, ?, ?, ?, choices::text[], log_probabilities::float8[]
      from taken
      cross join numbers
      """
          .formatted(ANSWER_COLUMNS, TAKEN, INTO_ANSWER);

  private static final String WRITE_ANSWERS =
      """
      %s
      select
        ? + place, ?, job_id, text, text_utf8, finish_reason,
        prompt_tokens, vision_tokens, generated_tokens,
        queue_seconds, prefill_seconds, decode_seconds,
        ?, ?, ?, ?, ?, choices::text[], log_probabilities::float8[]
      from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) with ordinality as t (%s, place)
      """
          .formatted(INTO_ANSWER, ANSWER_COLUMNS);

  private static final String WRITE_FAILURES =
      """
      insert into failure (sequence, run_id, job_id, stage, code, message, attempts, failed_at)
      select ? + place, ?, job_id, stage, code, message, attempts, failed_at
      from unnest(?, ?, ?, ?, ?, ?::timestamptz[]) with ordinality as t (
        job_id, stage, code, message, attempts, failed_at, place)
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
   * answer goes before a failure. Of the writers of one run, one at a time has numbers and commits;
   * what they take, they take side by side.
   *
   * @return how many answers and failures were new
   */
  public Written write(long runId, List<StoredAnswer> answers, List<StoredFailure> failures) {
    return transaction.execute(status -> writeNumbered(runId, answers, failures));
  }

  private Written writeNumbered(
      long runId, List<StoredAnswer> answers, List<StoredFailure> failures) {
    Map<Common, List<StoredAnswer>> alike =
        answers.stream().collect(groupingBy(Common::of, LinkedHashMap::new, toList()));
    if (failures.isEmpty() && alike.size() == 1 && isEachOnce(answers)) {
      Common common = alike.keySet().iterator().next();
      int written =
          template.update(
              TAKE_AND_WRITE_ANSWERS,
              statement -> setTakenAnswers(statement, runId, common, answers));
      return new Written(written, 0);
    }
    Set<Long> taken = take(runId, answers, failures);
    if (taken.isEmpty()) {
      return new Written(0, 0);
    }
    int outcomes = taken.size();
    List<StoredAnswer> answered =
        answers.stream().filter(answer -> taken.remove(answer.jobId())).toList();
    List<StoredFailure> failed =
        failures.stream().filter(failure -> taken.remove(failure.jobId())).toList();
    long last = counter.reserve(runId, outcomes);
    writeAnswers(runId, last, answered);
    writeFailures(runId, last + answered.size(), failed);
    return new Written(answered.size(), failed.size());
  }

  private static boolean isEachOnce(List<StoredAnswer> answers) {
    return answers.stream().map(StoredAnswer::jobId).distinct().count() == answers.size();
  }

  private Set<Long> take(long runId, List<StoredAnswer> answers, List<StoredFailure> failures) {
    Set<Long> jobs = new LinkedHashSet<>();
    answers.forEach(answer -> jobs.add(answer.jobId()));
    failures.forEach(failure -> jobs.add(failure.jobId()));
    List<Long> taken =
        jobs.isEmpty()
            ? List.of()
            : template.query(
                TAKE, statement -> setTaken(statement, runId, jobs), (row, n) -> row.getLong(1));
    return new HashSet<>(taken);
  }

  static void setTaken(PreparedStatement statement, long runId, Collection<Long> jobs)
      throws SQLException {
    new ArrayParameters<>(statement, List.copyOf(jobs), 1).longs(job -> job);
    statement.setLong(2, runId);
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

  private void writeAnswers(long runId, long last, List<StoredAnswer> answers) {
    Map<Common, List<StoredAnswer>> alike =
        answers.stream().collect(groupingBy(Common::of, LinkedHashMap::new, toList()));
    long before = last;
    for (Map.Entry<Common, List<StoredAnswer>> some : alike.entrySet()) {
      long number = before;
      template.update(
          WRITE_ANSWERS,
          statement -> setAnswers(statement, runId, number, some.getKey(), some.getValue()));
      before += some.getValue().size();
    }
  }

  /**
   * @param last the sequence number before the first answer's
   */
  private static void setAnswers(
      PreparedStatement statement, long runId, long last, Common common, List<StoredAnswer> answers)
      throws SQLException {
    statement.setLong(1, last);
    statement.setLong(2, runId);
    set(statement, 3, common);
    set(statement, 8, answers);
  }

  static void setTakenAnswers(
      PreparedStatement statement, long runId, Common common, List<StoredAnswer> answers)
      throws SQLException {
    set(statement, 1, answers);
    statement.setLong(13, runId);
    statement.setLong(14, runId);
    set(statement, 15, common);
  }

  private static void set(PreparedStatement statement, int first, Common common)
      throws SQLException {
    statement.setString(first, common.modelName());
    statement.setString(first + 1, common.model().fingerprint());
    statement.setString(first + 2, common.model().compression());
    statement.setString(first + 3, common.model().weightFormat());
    statement.setObject(first + 4, common.answeredAt().atOffset(ZoneOffset.UTC));
  }

  private static void set(PreparedStatement statement, int first, List<StoredAnswer> answers)
      throws SQLException {
    new ArrayParameters<>(statement, answers, first)
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
  }

  private static List<String> choices(StoredAnswer answer) {
    Map<String, Double> scores = answer.logProbabilities();
    return scores.isEmpty() ? null : List.copyOf(scores.keySet());
  }

  private static List<Double> logProbabilities(StoredAnswer answer) {
    Map<String, Double> scores = answer.logProbabilities();
    return scores.isEmpty() ? null : List.copyOf(scores.values());
  }

  private void writeFailures(long runId, long last, List<StoredFailure> failures) {
    if (failures.isEmpty()) {
      return;
    }
    template.update(
        WRITE_FAILURES,
        statement -> {
          statement.setLong(1, last);
          statement.setLong(2, runId);
          new ArrayParameters<>(statement, failures, 3)
              .longs(StoredFailure::jobId)
              .texts(failed -> failed.failure().stage())
              .texts(failed -> failed.failure().code())
              .texts(failed -> failed.failure().message())
              .integers(failed -> failed.failure().attempts())
              .texts(failed -> failed.failedAt().toString());
        });
  }

  private static byte[] exactIfNeeded(StoredAnswer answer) {
    return StoredText.holdsNul(answer.text()) ? StoredText.exactUtf8(answer.text()) : null;
  }
}
