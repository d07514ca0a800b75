package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Store of run triggers: messages that start runs, each stored once. */
public final class RunTriggerStore {

  private static final String ADD =
      """
      insert into run_trigger (
        reader_id, topic_id, kafka_partition, kafka_offset, request, state, error, finished_at)
      select ?, ?, kafka_partition, kafka_offset, request,
        case when error is null then 'waiting' else 'failed' end, error,
        case when error is null then null else now() end
      from unnest(?, ?, ?, ?) with ordinality as t (
        kafka_partition, kafka_offset, request, error, position)
      order by position
      on conflict (reader_id, topic_id, kafka_partition, kafka_offset) do nothing
      """;

  private static final String SELECT =
      """
      select
        trigger_id, kafka_partition, kafka_offset, request, state, run.name as run, error,
        received_at
      from run_trigger left join run using (run_id)
      """;

  private final JdbcClient jdbc;
  private final JdbcTemplate template;

  public RunTriggerStore(DataSource dataSource) {
    this.template = new JdbcTemplate(dataSource);
    this.jdbc = JdbcClient.create(template);
  }

  /**
   * A run trigger that is not stored yet.
   *
   * @param partition of the topic
   * @param offset of the message
   * @param request the message's value
   * @param error present if the request is invalid
   */
  public record NewTrigger(int partition, long offset, String request, Optional<String> error) {}

  /**
   * Stores triggers in the order of the list. Call it in the transaction that advances the reader's
   * offsets. Idempotent: a trigger that is stored already is skipped.
   *
   * @return the number of new triggers
   */
  public int add(KafkaReader reader, String topicId, List<NewTrigger> triggers) {
    return template.update(
        ADD,
        statement -> {
          statement.setLong(1, reader.readerId());
          statement.setString(2, topicId);
          new ArrayParameters<>(statement, triggers, 3)
              .integers(NewTrigger::partition)
              .longs(NewTrigger::offset)
              .texts(trigger -> StoredText.readable(trigger.request()))
              .texts(trigger -> trigger.error().map(StoredText::readable).orElse(null));
        });
  }

  /**
   * Returns the trigger to process next: one that was started and is not finished, else the oldest
   * waiting one.
   */
  public Optional<RunTrigger> next(KafkaReader reader) {
    return jdbc.sql(
            SELECT
                + """
                where reader_id = :reader and state in ('waiting', 'running')
                order by state = 'waiting', trigger_id
                limit 1
                """)
        .param("reader", reader.readerId())
        .query((row, n) -> trigger(row))
        .optional();
  }

  /** Returns all triggers of a reader, oldest first. */
  public List<RunTrigger> all(KafkaReader reader) {
    return jdbc.sql(SELECT + "where reader_id = :reader order by trigger_id")
        .param("reader", reader.readerId())
        .query((row, n) -> trigger(row))
        .list();
  }

  /**
   * Marks a trigger as running. Has no effect if it was started before.
   *
   * @param sequenceBefore sequence number of the run's last outcome
   */
  public void start(long triggerId, long runId, long sequenceBefore) {
    jdbc.sql(
            """
            update run_trigger
            set state = 'running', run_id = :run, sequence_before = :sequence, started_at = now()
            where trigger_id = :trigger and state = 'waiting'
            """)
        .param("run", runId)
        .param("sequence", sequenceBefore)
        .param("trigger", triggerId)
        .update();
  }

  /**
   * Adds to the number of messages that were ingested for a trigger. Call it in the transaction
   * that ingests them.
   */
  public void took(long triggerId, long messages) {
    jdbc.sql("update run_trigger set taken = taken + :messages where trigger_id = :trigger")
        .param("messages", messages)
        .param("trigger", triggerId)
        .update();
  }

  /** Returns the progress of a trigger that was started. */
  public Progress progress(long triggerId) {
    return jdbc.sql("select sequence_before, taken from run_trigger where trigger_id = :trigger")
        .param("trigger", triggerId)
        .query((row, n) -> new Progress(row.getLong("sequence_before"), row.getLong("taken")))
        .single();
  }

  /**
   * Progress of a trigger.
   *
   * @param sequenceBefore sequence number of the run's last outcome when the trigger was started
   * @param taken number of messages that were ingested for it
   */
  public record Progress(long sequenceBefore, long taken) {}

  /** Marks a trigger as done: its run has nothing left to do. */
  public void finish(long triggerId) {
    jdbc.sql(
            """
            update run_trigger set state = 'done', finished_at = now()
            where trigger_id = :trigger
            """)
        .param("trigger", triggerId)
        .update();
  }

  /** Marks a trigger as failed. */
  public void fail(long triggerId, String error) {
    jdbc.sql(
            """
            update run_trigger set state = 'failed', error = :error, finished_at = now()
            where trigger_id = :trigger
            """)
        .param("error", StoredText.readable(error))
        .param("trigger", triggerId)
        .update();
  }

  private static RunTrigger trigger(ResultSet row) throws SQLException {
    return new RunTrigger(
        row.getLong("trigger_id"),
        row.getInt("kafka_partition"),
        row.getLong("kafka_offset"),
        row.getString("request"),
        RunTrigger.State.of(row.getString("state")),
        Rows.text(row, "run"),
        Rows.text(row, "error"),
        Rows.instant(row, "received_at"));
  }
}
