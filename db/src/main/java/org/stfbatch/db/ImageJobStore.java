package org.stfbatch.db;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.stfbatch.base.PenaltySettings;

/** Store of image jobs, with keyset-paged readers of the jobs that wait for an outcome. */
public final class ImageJobStore {

  /**
   * Bounds the memory of a page whose images are data URIs. A page has at least one job if any is
   * waiting.
   */
  private static final long PAGE_BYTES = 32L << 20;

  private static final String ADD_SOURCE =
      """
      insert into job_source (run_id, kind, location, image_root, fingerprint, from_outside)
      values (:run, :kind, :location, :root, :fingerprint, :outside)
      on conflict (run_id, fingerprint) do nothing
      """;

  private static final String FIND_SOURCE =
      "select source_id from job_source where run_id = :run and fingerprint = :fingerprint";

  private static final String HAS_SOURCE =
      """
      select exists (
        select from job_source where run_id = :run and kind = :kind and location = :location)
      """;

  /** One statement, so that a job is never stored without its state (waiting or failed). */
  private static final String INSERT =
      """
      with input as (
        select *
        from unnest(
          ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
        ) with ordinality as t (
          custom_id, source_id, question_id, category, image_ref, shard_offset, shard_length,
          image_key, prompt,
          max_new_tokens, temperature, top_p, seed, stop, choices,
          repetition_penalty, no_repeat_ngram_size, presence_penalty, frequency_penalty,
          stage, code, message, attempts, kafka_partition, kafka_offset, trace_id, position)
      ),
      added as (
        insert into image_job (
          run_id, custom_id, source_id, question_id, category, image_ref, shard_offset,
          shard_length, image_key, prompt,
          max_new_tokens, temperature, top_p, seed, stop, choices,
          repetition_penalty, no_repeat_ngram_size, presence_penalty, frequency_penalty,
          kafka_partition, kafka_offset, trace_id)
        select
          ?, custom_id, source_id, question_id, category, image_ref, shard_offset,
          shard_length, image_key, prompt,
          max_new_tokens, temperature, top_p, seed, stop::text[], choices::text[],
          repetition_penalty, no_repeat_ngram_size, presence_penalty, frequency_penalty,
          kafka_partition, kafka_offset, trace_id
        from input
        order by position
        on conflict (run_id, custom_id) do nothing
        returning run_id, job_id, custom_id, image_key
      ),
      queued as (
        insert into waiting_job (run_id, job_id, image_key)
        select added.run_id, added.job_id, added.image_key
        from added join input using (custom_id)
        where input.code is null
      ),
      rejected as (
        insert into failure (sequence, run_id, job_id, stage, code, message, attempts, failed_at)
        select
          ? + row_number() over (order by position),
          added.run_id, added.job_id, stage, code, message, attempts, now()
        from added join input using (custom_id)
        where input.code is not null
        returning job_id
      )
      select (select count(*) from added), (select count(*) from rejected)
      """;

  /**
   * The innermost select is a range scan of the index waiting_job_by_image; only its input grows
   * with the run. With "run_id = ", PostgreSQL sorted all waiting jobs for every page as long as it
   * had no statistics of newly stored jobs. "offset 0" forces a lookup by key for each job of the
   * page: a join whose plan was cached while there were few jobs read all jobs for every later
   * page.
   */
  private static final String WAITING_WHERE =
      """
      select
        job_id, run_id, custom_id, image_key, image_root, from_outside, shard,
        shard_offset, shard_length, question_id, category, image_ref, prompt,
        max_new_tokens, temperature, top_p, seed, stop, choices,
        repetition_penalty, no_repeat_ngram_size, presence_penalty, frequency_penalty
      from (
        select
          job.*, source.image_root, coalesce(source.from_outside, false) as from_outside,
          source.location as shard,
          coalesce(sum(octet_length(coalesce(image_ref, '')) + octet_length(prompt)) over (
            order by page.image_key, page.job_id
            rows between unbounded preceding and 1 preceding), 0) as bytes_before
        from (
          select run_id, job_id, image_key
          from waiting_job
          where (run_id, image_key, job_id) > (:run, :key, :job) and %s
          order by run_id, image_key, job_id
          limit :limit
        ) page
        cross join lateral (
          select * from image_job where image_job.job_id = page.job_id offset 0
        ) job
        left join job_source source using (source_id)
      ) sized
      where bytes_before < :bytes
      order by image_key, job_id
      """;

  static final String WAITING_AFTER = WAITING_WHERE.formatted("run_id <= :run");

  private static final String WAITING_BETWEEN =
      WAITING_WHERE.formatted("(run_id, image_key, job_id) <= (:run, :lastKey, :lastJob)");

  /** Ordered by the primary key, which is the ingest order. */
  private static final String FIRST =
      """
      select
        job_id, job.run_id, custom_id, image_key, image_root,
        coalesce(from_outside, false) as from_outside, location as shard, shard_offset,
        shard_length, question_id, category, image_ref, prompt,
        max_new_tokens, temperature, top_p, seed, stop, choices,
        repetition_penalty, no_repeat_ngram_size, presence_penalty, frequency_penalty
      from image_job job
      left join job_source source using (source_id)
      where job.run_id = :run
        and not exists (
          select from failure where failure.job_id = job.job_id and failure.stage = :stage)
      order by job_id
      limit :limit
      """;

  private final JdbcClient jdbc;
  private final JdbcTemplate template;
  private final OutcomeCounter counter;
  private final TransactionTemplate transaction;

  public ImageJobStore(DataSource dataSource) {
    this.template = new JdbcTemplate(dataSource);
    this.jdbc = JdbcClient.create(template);
    this.counter = new OutcomeCounter(template);
    this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
  }

  /** Returns whether jobs of the run came from this location, with any image folder. */
  public boolean hasSource(long runId, SourceKind kind, String location) {
    return jdbc.sql(HAS_SOURCE)
        .param("run", runId)
        .param("kind", kind.stored())
        .param("location", location)
        .query(Boolean.class)
        .single();
  }

  /**
   * Returns the id of a job source, which is stored if it is new to the run.
   *
   * @param location question file, image folder or topic
   * @param imageRoot folder of relative image references
   */
  public long sourceId(long runId, SourceKind kind, String location, String imageRoot) {
    return sourceId(runId, kind, location, imageRoot, kind == SourceKind.KAFKA);
  }

  /**
   * Returns the id of a job source, which is stored if it is new to the run.
   *
   * @param fromOutside whether the image references are untrusted, because they do not come from
   *     this machine's user; always true for Kafka
   */
  public long sourceId(
      long runId, SourceKind kind, String location, String imageRoot, boolean fromOutside) {
    StoredText.requireStorable(location, "the source's path");
    StoredText.requireStorable(imageRoot, "the image folder's path");
    boolean isPartOfFingerprint = fromOutside && kind != SourceKind.KAFKA;
    String fingerprint =
        isPartOfFingerprint
            ? Fingerprints.of(kind.stored(), location, imageRoot, "from outside")
            : Fingerprints.of(kind.stored(), location, imageRoot);
    jdbc.sql(ADD_SOURCE)
        .param("run", runId)
        .param("kind", kind.stored())
        .param("location", location)
        .param("root", imageRoot)
        .param("fingerprint", fingerprint)
        .param("outside", fromOutside)
        .update();
    return jdbc.sql(FIND_SOURCE)
        .param("run", runId)
        .param("fingerprint", fingerprint)
        .query(Long.class)
        .single();
  }

  /**
   * Stores jobs in the order of the list. Idempotent: a job whose {@code custom_id} the run already
   * has, or that occurred earlier in the list, is skipped. Rejected jobs are stored with their
   * failure.
   *
   * @return the number of new jobs
   */
  public int insert(long runId, List<NewImageJob> jobs) {
    List<NewImageJob> distinct = firstOfEachCustomId(jobs);
    int rejections = (int) distinct.stream().filter(job -> job.rejection().isPresent()).count();
    Inserted inserted =
        rejections == 0
            ? insert(runId, 0, distinct)
            : transaction.execute(status -> insertNumbered(runId, rejections, distinct));
    return inserted.jobs();
  }

  /** The number of jobs that an insert added, and how many of them were rejected. */
  private record Inserted(int jobs, int rejected) {}

  private Inserted insertNumbered(long runId, int rejections, List<NewImageJob> jobs) {
    long last = counter.reserve(runId, rejections);
    Inserted inserted = insert(runId, last, jobs);
    counter.release(runId, rejections - inserted.rejected());
    return inserted;
  }

  private Inserted insert(long runId, long last, List<NewImageJob> jobs) {
    return template.query(
        INSERT,
        statement -> setInsert(statement, runId, last, jobs),
        rows -> {
          rows.next();
          return new Inserted(rows.getInt(1), rows.getInt(2));
        });
  }

  /** Returns whether a job of the run waits for an outcome. */
  public boolean isWaiting(long runId) {
    return !waitingAfter(runId, JobPosition.START, 1).isEmpty();
  }

  /**
   * Returns the next jobs with neither answer nor failure, in the order of {@link JobPosition}. The
   * cost does not depend on the number of jobs of the run, done or not.
   *
   * <p>Jobs that are stored during the iteration may sort before {@code after}. To read them, start
   * again from {@link JobPosition#START} at the end.
   *
   * @param after exclusive
   * @param limit the most jobs to return; fewer are returned if their image data is large
   * @return empty only if no job is waiting after that position
   */
  public List<StoredJob> waitingAfter(long runId, JobPosition after, int limit) {
    return jdbc.sql(WAITING_AFTER)
        .param("run", runId)
        .param("key", after.imageKey())
        .param("job", after.jobId())
        .param("limit", limit)
        .param("bytes", PAGE_BYTES)
        .query((row, n) -> job(row))
        .list();
  }

  /**
   * Returns the next jobs as {@link #waitingAfter} does, up to the end of a work unit.
   *
   * @param after exclusive, inside the unit
   */
  public List<StoredJob> waitingIn(long runId, WorkUnit unit, JobPosition after, int limit) {
    return jdbc.sql(WAITING_BETWEEN)
        .param("run", runId)
        .param("key", after.imageKey())
        .param("job", after.jobId())
        .param("lastKey", unit.last().imageKey())
        .param("lastJob", unit.last().jobId())
        .param("limit", limit)
        .param("bytes", PAGE_BYTES)
        .query((row, n) -> job(row))
        .list();
  }

  /**
   * Returns the first jobs of a run in ingest order, with or without an outcome.
   *
   * @param without jobs that failed at this stage are skipped
   */
  public List<StoredJob> first(long runId, String without, int limit) {
    return jdbc.sql(FIRST)
        .param("run", runId)
        .param("stage", without)
        .param("limit", limit)
        .query((row, n) -> job(row))
        .list();
  }

  private static List<NewImageJob> firstOfEachCustomId(Collection<NewImageJob> jobs) {
    Map<String, NewImageJob> byId = new LinkedHashMap<>();
    jobs.forEach(job -> byId.putIfAbsent(job.customId(), job));
    return List.copyOf(byId.values());
  }

  private static void setInsert(
      PreparedStatement statement, long runId, long last, List<NewImageJob> jobs)
      throws SQLException {
    new ArrayParameters<>(statement, jobs, 1)
        .with(JobColumns::addIdentity)
        .texts(Fingerprints::imageKey)
        .texts(job -> job.prompt().text())
        .with(JobColumns::addSettings)
        .texts(rejection(JobFailure::stage))
        .texts(rejection(JobFailure::code))
        .texts(rejection(JobFailure::message))
        .integers(rejection(JobFailure::attempts))
        .integers(job -> job.origin().map(KafkaOrigin::partition).orElse(null))
        .longs(job -> job.origin().map(KafkaOrigin::offset).orElse(null))
        .texts(job -> job.traceId().orElse(null));
    statement.setLong(27, runId);
    statement.setLong(28, last);
  }

  private static <V> Function<NewImageJob, V> rejection(Function<JobFailure, V> value) {
    return job -> job.rejection().map(value).orElse(null);
  }

  private static StoredJob job(ResultSet row) throws SQLException {
    return new StoredJob(
        row.getLong("job_id"),
        row.getLong("run_id"),
        row.getString("custom_id"),
        row.getString("image_key"),
        Rows.text(row, "image_root"),
        new ImagePrompt(
            Rows.text(row, "question_id"),
            Rows.text(row, "category"),
            Rows.text(row, "image_ref"),
            row.getString("prompt")),
        new JobSettings(
            Rows.integer(row, "max_new_tokens"),
            Rows.real(row, "temperature"),
            Rows.real(row, "top_p"),
            Rows.longInteger(row, "seed"),
            Rows.texts(row, "stop"),
            Rows.texts(row, "choices").map(ChoiceTexts::new),
            new PenaltySettings(
                Rows.real(row, "repetition_penalty"),
                Rows.integer(row, "no_repeat_ngram_size"),
                Rows.real(row, "presence_penalty"),
                Rows.real(row, "frequency_penalty"))),
        row.getBoolean("from_outside"),
        Rows.shard(row));
  }
}
