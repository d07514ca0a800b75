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

/** How far topics have been read: the positions of record. */
public final class KafkaReaderStore {

  private static final String BEGIN =
      """
      insert into kafka_position (reader_id, kafka_partition, next_offset)
      select ?, * from unnest(?, ?)
      on conflict (reader_id, kafka_partition) do nothing
      """;

  /**
   * Only from where the mover found it: of two that read the same messages, one moves nothing and
   * learns of it.
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
   * A partition's way.
   *
   * @param partition of the topic
   * @param before the next offset until now
   * @param after the next offset from now on
   */
  public record Move(int partition, long before, long after) {}

  /**
   * The reader of that name and topic, made now if there is none.
   *
   * @throws IllegalArgumentException if the name is blank or not storable as text
   */
  public KafkaReader findOrCreate(String group, String topic) {
    StoredText.requireStorable(group, "the group");
    StoredText.requireStorable(topic, "the topic");
    if (group.isBlank()) {
      throw new IllegalArgumentException("the group's name is blank");
    }
    return find(group, topic).orElseGet(() -> create(group, topic));
  }

  /** An insert that would find the reader there would wait for whoever moves it now. */
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

  /** All readers, by topic and group. */
  public List<KafkaReader> all() {
    return jdbc.sql(
            """
            select reader_id, reader_group, topic, cluster_id, topic_id from kafka_reader
            order by topic, reader_group
            """)
        .query((row, n) -> reader(row))
        .list();
  }

  /** The next offset of each partition that has been begun. */
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
   * Notes where partitions are begun; those that were begun before keep their positions, except
   * those of another topic of the same name, which are forgotten.
   *
   * @param topic which one it is
   */
  public void begin(KafkaReader reader, KafkaTopicId topic, Map<Integer, Long> positions) {
    transaction.executeWithoutResult(
        status -> {
          forgetOtherTopic(reader, topic);
          insert(reader, positions);
        });
  }

  /** Forgets how far the topic was read, and notes where to begin instead. */
  public void reset(KafkaReader reader, KafkaTopicId topic, Map<Integer, Long> positions) {
    transaction.executeWithoutResult(
        status -> {
          forgetOtherTopic(reader, topic);
          forgetPositions(reader);
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

  private void forgetOtherTopic(KafkaReader reader, KafkaTopicId topic) {
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
      forgetPositions(reader);
    }
  }

  private void forgetPositions(KafkaReader reader) {
    jdbc.sql("delete from kafka_position where reader_id = :reader")
        .param("reader", reader.readerId())
        .update();
  }

  /**
   * Moves positions forward; meant for the transaction that stores what the messages between ask
   * for.
   *
   * @param run that the messages were read for
   * @throws DatabaseException if a partition is not where the mover found it: somebody else read
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
    run.ifPresent(id -> sign(reader, id));
  }

  private void sign(KafkaReader reader, long runId) {
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
