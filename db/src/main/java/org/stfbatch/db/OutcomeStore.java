package org.stfbatch.db;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
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

/** Store of the outcomes of image jobs; writes are idempotent. */
public final class OutcomeStore {

  /**
   * Deletes the rows of waiting jobs and returns those that existed. Only a waiting job gets an
   * outcome: a second, even concurrent, writer of the same job finds no row and stores nothing. To
   * avoid deadlocks, rows are locked in the order of their ids, and before the counter.
   *
   * <p>The condition on {@code job_id % 1} is always true. PostgreSQL estimates that few rows
   * satisfy it, and therefore looks each of them up by key. Without it, PostgreSQL scanned all
   * waiting jobs for every chunk as long as it had no statistics of newly stored jobs.
   */
  private static final String TAKEN =
      """
      locked as (
        select outcome.*, waiting_job.attempt
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
          .formatted(IdleTransactionTimeout.SET);

  static final String TAKE =
      """
      with outcome as (
        select job_id from unnest(?) as t (job_id) where job_id %% 1 = 0
      ),
      %s
      select job_id, attempt from taken
      """
          .formatted(TAKEN);

  private static final String ANSWER_COLUMNS =
      """
      job_id, text, text_utf8, finish_reason, prompt_tokens, vision_tokens, generated_tokens,
      queue_seconds, prefill_seconds, decode_seconds, choices, log_probabilities,
      reuse_key, reused_run, reused_custom_id
      """;

  private static final String INTO_ANSWER =
      """
      insert into answer (
        sequence, run_id, job_id, text, text_utf8, finish_reason,
        prompt_tokens, vision_tokens, generated_tokens,
        queue_seconds, prefill_seconds, decode_seconds,
        model_name, model_fingerprint, compression, weight_format, answered_at,
        choices, log_probabilities, reuse_key, reused_run, reused_custom_id, attempt)
      """;

  /** One statement for chunks that have answers only, which nearly all chunks are. */
  static final String TAKE_AND_WRITE_ANSWERS =
      """
      with outcome as (
        select *
        from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) with ordinality as t (%1$s, place)
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
        ?, ?, ?, ?, ?, choices::text[], log_probabilities::float8[],
        reuse_key, reused_run, reused_custom_id, attempt
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
        ?, ?, ?, ?, ?, choices::text[], log_probabilities::float8[],
        reuse_key, reused_run, reused_custom_id, attempt
      from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) with ordinality as t (
        %s, attempt, place)
      """
          .formatted(INTO_ANSWER, ANSWER_COLUMNS);

  private static final String WRITE_FAILURES =
      """
      insert into failure (
        sequence, run_id, job_id, stage, code, message, attempts, failed_at, attempt)
      select ? + place, ?, job_id, stage, code, message, attempts, failed_at, attempt
      from unnest(?, ?, ?, ?, ?, ?::timestamptz[], ?) with ordinality as t (
        job_id, stage, code, message, attempts, failed_at, attempt, place)
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
   * Stores and numbers the outcomes of jobs that have none yet, in one transaction. A job that
   * already has an answer or a failure keeps it unchanged; if it occurs more than once in the
   * lists, an answer takes precedence over a failure. Concurrent writers of a run lock their jobs
   * in parallel; from the allocation of numbers until the commit they are serialized.
   *
   * @return the number of new answers and failures
   */
  public Written write(long runId, List<StoredAnswer> answers, List<StoredFailure> failures) {
    return transaction.execute(status -> writeNumbered(runId, answers, failures));
  }

  private Written writeNumbered(
      long runId, List<StoredAnswer> answers, List<StoredFailure> failures) {
    Map<Common, List<StoredAnswer>> byCommon =
        answers.stream().collect(groupingBy(Common::of, LinkedHashMap::new, toList()));
    if (failures.isEmpty() && byCommon.size() == 1 && isEachOnce(answers)) {
      Common common = byCommon.keySet().iterator().next();
      int written =
          template.update(
              TAKE_AND_WRITE_ANSWERS,
              statement -> setTakenAnswers(statement, runId, common, answers));
      return new Written(written, 0);
    }
    Map<Long, Integer> attempts = take(runId, answers, failures);
    if (attempts.isEmpty()) {
      return new Written(0, 0);
    }
    Set<Long> taken = new HashSet<>(attempts.keySet());
    List<StoredAnswer> answered =
        answers.stream().filter(answer -> taken.remove(answer.jobId())).toList();
    List<StoredFailure> failed =
        failures.stream().filter(failure -> taken.remove(failure.jobId())).toList();
    long last = counter.reserve(runId, attempts.size());
    writeAnswers(runId, last, answered, attempts);
    writeFailures(runId, last + answered.size(), failed, attempts);
    return new Written(answered.size(), failed.size());
  }

  private static boolean isEachOnce(List<StoredAnswer> answers) {
    return answers.stream().map(StoredAnswer::jobId).distinct().count() == answers.size();
  }

  /** Returns the attempts of the jobs that waited. */
  private Map<Long, Integer> take(
      long runId, List<StoredAnswer> answers, List<StoredFailure> failures) {
    Set<Long> jobs = new LinkedHashSet<>();
    answers.forEach(answer -> jobs.add(answer.jobId()));
    failures.forEach(failure -> jobs.add(failure.jobId()));
    Map<Long, Integer> attempts = new HashMap<>();
    if (!jobs.isEmpty()) {
      template.query(
          TAKE,
          statement -> setTaken(statement, runId, jobs),
          row -> {
            attempts.put(row.getLong(1), row.getInt(2));
          });
    }
    return attempts;
  }

  static void setTaken(PreparedStatement statement, long runId, Collection<Long> jobs)
      throws SQLException {
    new ArrayParameters<>(statement, List.copyOf(jobs), 1).longs(job -> job);
    statement.setLong(2, runId);
  }

  /**
   * Number of outcomes that a write added.
   *
   * @param answers new answers
   * @param failures new failures
   */
  public record Written(int answers, int failures) {}

  /** Values that the answers of a chunk share; sent once per statement. */
  record Common(String modelName, ModelIdentity model, Instant answeredAt) {
    static Common of(StoredAnswer answer) {
      return new Common(answer.modelName(), answer.model(), answer.answeredAt());
    }
  }

  private void writeAnswers(
      long runId, long last, List<StoredAnswer> answers, Map<Long, Integer> attempts) {
    Map<Common, List<StoredAnswer>> byCommon =
        answers.stream().collect(groupingBy(Common::of, LinkedHashMap::new, toList()));
    long before = last;
    for (Map.Entry<Common, List<StoredAnswer>> group : byCommon.entrySet()) {
      long number = before;
      template.update(
          WRITE_ANSWERS,
          statement ->
              setAnswers(statement, runId, number, group.getKey(), group.getValue(), attempts));
      before += group.getValue().size();
    }
  }

  /**
   * @param last the sequence number before the first answer's
   */
  private static void setAnswers(
      PreparedStatement statement,
      long runId,
      long last,
      Common common,
      List<StoredAnswer> answers,
      Map<Long, Integer> attempts)
      throws SQLException {
    statement.setLong(1, last);
    statement.setLong(2, runId);
    set(statement, 3, common);
    set(statement, 8, answers).integers(answer -> attempts.get(answer.jobId()));
  }

  static void setTakenAnswers(
      PreparedStatement statement, long runId, Common common, List<StoredAnswer> answers)
      throws SQLException {
    set(statement, 1, answers);
    statement.setLong(16, runId);
    statement.setLong(17, runId);
    set(statement, 18, common);
  }

  private static void set(PreparedStatement statement, int first, Common common)
      throws SQLException {
    statement.setString(first, common.modelName());
    statement.setString(first + 1, common.model().fingerprint());
    statement.setString(first + 2, common.model().compression());
    statement.setString(first + 3, common.model().weightFormat());
    statement.setObject(first + 4, common.answeredAt().atOffset(ZoneOffset.UTC));
  }

  private static ArrayParameters<StoredAnswer> set(
      PreparedStatement statement, int first, List<StoredAnswer> answers) throws SQLException {
    return new ArrayParameters<>(statement, answers, first)
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
        .realLists(OutcomeStore::logProbabilities)
        .bytes(answer -> answer.reuseKey().map(ReuseKey::stored).orElse(null))
        .texts(answer -> answer.source().map(AnswerSource::run).orElse(null))
        .texts(answer -> answer.source().map(AnswerSource::customId).orElse(null));
  }

  private static List<String> choices(StoredAnswer answer) {
    Map<String, Double> scores = answer.logProbabilities();
    return scores.isEmpty() ? null : List.copyOf(scores.keySet());
  }

  private static List<Double> logProbabilities(StoredAnswer answer) {
    Map<String, Double> scores = answer.logProbabilities();
    return scores.isEmpty() ? null : List.copyOf(scores.values());
  }

  private void writeFailures(
      long runId, long last, List<StoredFailure> failures, Map<Long, Integer> attempts) {
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
              .texts(failed -> failed.failedAt().toString())
              .integers(failed -> attempts.get(failed.jobId()));
        });
  }

  private static byte[] exactIfNeeded(StoredAnswer answer) {
    return StoredText.holdsNul(answer.text()) ? StoredText.exactUtf8(answer.text()) : null;
  }
}
