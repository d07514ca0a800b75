package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Store of the offsets up to which topics were read. These offsets are authoritative; the ones at
 * the broker are only for lag tools.
 */
public final class KafkaReaderStore {

  private static final String BEGIN =
      """
      insert into kafka_position (reader_id, kafka_partition, next_offset)
      select ?, * from unnest(?, ?)
      on conflict (reader_id, kafka_partition) do nothing
      """;

  /**
   * Compare-and-set: if two processes read the same messages, the update of the second one matches
   * no row.
   */
  private static final String MOVE =
      """
      update kafka_position
      set next_offset = move.after, moved_at = now()
      from unnest(?, ?, ?) as move (kafka_partition, before, after)
      where kafka_position.reader_id = ?
        and kafka_position.kafka_partition = move.kafka_partition
        and kafka_position.next_offset = move.before
      """;

  private final JdbcClient jdbc;
  private final JdbcTemplate template;
  private final TransactionTemplate transaction;

  public KafkaReaderStore(DataSource dataSource) {
    this.template = new JdbcTemplate(dataSource);
    this.jdbc = JdbcClient.create(template);
    this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
  }

  /**
   * A change of a partition's next offset.
   *
   * @param partition of the topic
   * @param before the current next offset
   * @param after the new next offset
   */
  public record Move(int partition, long before, long after) {}

  /**
   * Returns the reader of that group and topic, which is created if there is none.
   *
   * @throws IllegalArgumentException if the group is blank, or one of the names is not storable as
   *     text
   */
  public KafkaReader findOrCreate(String group, String topic) {
    StoredText.requireStorable(group, "the group");
    StoredText.requireStorable(topic, "the topic");
    if (group.isBlank()) {
      throw new IllegalArgumentException("the group's name is blank");
    }
    return find(group, topic).orElseGet(() -> create(group, topic));
  }

  /**
   * Called only if a select finds no reader: an insert that conflicts would wait for a transaction
   * that updates the existing reader.
   */
  private KafkaReader create(String group, String topic) {
    jdbc.sql(
            """
            insert into kafka_reader (reader_group, topic) values (:group, :topic)
            on conflict (reader_group, topic) do nothing
            """)
        .param("group", group)
        .param("topic", topic)
        .update();
    return find(group, topic).orElseThrow();
  }

  private Optional<KafkaReader> find(String group, String topic) {
    return jdbc.sql(
            """
            select reader_id, reader_group, topic, cluster_id, topic_id from kafka_reader
            where reader_group = :group and topic = :topic
            """)
        .param("group", group)
        .param("topic", topic)
        .query((row, n) -> reader(row))
        .optional();
  }

  /** Returns all readers, sorted by topic and group. */
  public List<KafkaReader> all() {
    return jdbc.sql(
            """
            select reader_id, reader_group, topic, cluster_id, topic_id from kafka_reader
            order by topic, reader_group
            """)
        .query((row, n) -> reader(row))
        .list();
  }

  /** Returns the next offset of each partition that has a stored position. */
  public SortedMap<Integer, Long> positions(KafkaReader reader) {
    SortedMap<Integer, Long> positions = new TreeMap<>();
    jdbc.sql("select kafka_partition, next_offset from kafka_position where reader_id = :reader")
        .param("reader", reader.readerId())
        .query(
            row -> {
              positions.put(row.getInt("kafka_partition"), row.getLong("next_offset"));
            });
    return positions;
  }

  /**
   * Stores the initial offsets of partitions. Partitions that have positions keep them, unless
   * these belong to another topic of the same name: those are deleted.
   *
   * @param topic identity of the topic
   */
  public void begin(KafkaReader reader, KafkaTopicId topic, Map<Integer, Long> positions) {
    transaction.executeWithoutResult(
        status -> {
          deletePositionsOfOtherTopic(reader, topic);
          insert(reader, positions);
        });
  }

  /** Replaces all stored offsets of the topic. */
  public void reset(KafkaReader reader, KafkaTopicId topic, Map<Integer, Long> positions) {
    transaction.executeWithoutResult(
        status -> {
          deletePositionsOfOtherTopic(reader, topic);
          deletePositions(reader);
          insert(reader, positions);
        });
  }

  private void insert(KafkaReader reader, Map<Integer, Long> positions) {
    List<Map.Entry<Integer, Long>> entries = List.copyOf(positions.entrySet());
    template.update(
        BEGIN,
        statement -> {
          statement.setLong(1, reader.readerId());
          new ArrayParameters<>(statement, entries, 2)
              .integers(Map.Entry::getKey)
              .longs(Map.Entry::getValue);
        });
  }

  private void deletePositionsOfOtherTopic(KafkaReader reader, KafkaTopicId topic) {
    int changed =
        jdbc.sql(
                """
                update kafka_reader set cluster_id = :cluster, topic_id = :topic
                where reader_id = :reader
                  and (cluster_id, topic_id) is distinct from (:cluster, :topic)
                """)
            .param("cluster", topic.clusterId())
            .param("topic", topic.topicId())
            .param("reader", reader.readerId())
            .update();
    if (changed > 0) {
      deletePositions(reader);
    }
  }

  private void deletePositions(KafkaReader reader) {
    jdbc.sql("delete from kafka_position where reader_id = :reader")
        .param("reader", reader.readerId())
        .update();
  }

  /**
   * Advances the stored offsets. Call it in the transaction that stores the result of the messages
   * in between, for exactly-once processing.
   *
   * @param run that the messages were read for
   * @throws DatabaseException if a stored offset is not {@code before}, because another process has
   *     read the topic for this group
   */
  public void move(KafkaReader reader, List<Move> moves, OptionalLong run) {
    int moved =
        template.update(
            MOVE,
            statement -> {
              new ArrayParameters<>(statement, moves, 1)
                  .integers(Move::partition)
                  .longs(Move::before)
                  .longs(Move::after);
              statement.setLong(4, reader.readerId());
            });
    if (moved != moves.size()) {
      throw new DatabaseException(
          "topic %s was read further by another process in the name of group %s: give one of them another --group"
              .formatted(reader.topic(), reader.group()));
    }
    run.ifPresent(id -> setRun(reader, id));
  }

  private void setRun(KafkaReader reader, long runId) {
    jdbc.sql(
            """
            update kafka_reader set run_id = :run
            where reader_id = :reader and run_id is distinct from :run
            """)
        .param("run", runId)
        .param("reader", reader.readerId())
        .update();
  }

  private static KafkaReader reader(ResultSet row) throws SQLException {
    String clusterId = row.getString("cluster_id");
    return new KafkaReader(
        row.getLong("reader_id"),
        row.getString("reader_group"),
        row.getString("topic"),
        Rows.text(row, "topic_id").map(id -> new KafkaTopicId(clusterId, id)));
  }
}
