package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.kafka.testing.TestBroker;
import org.stfbatch.testing.Topics;

/**
 * A database and topics that an older version left in the middle of its work continue with this
 * one. The recordings are what version 0.1.0 stored: three runs of which some jobs are answered,
 * one of them from a topic and partly published.
 */
final class UpgradeTest {
  private static final Path RECORDED = Path.of("src/test/resources/recorded/version-0.1.0");
  private static final String RECORDED_SCHEMA = "17";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Object[] GENERATION = {
    "--model", Tiny.checkpoint(), "--dtype", "float32", "--max-new-tokens", 4, "--chunk", 2
  };

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  private final Topics topics = new Topics(BROKER.settings());

  @TempDir Path folder;

  @Test
  void runsOfAnOlderVersionAreContinued() throws Exception {
    DatabaseSettings settings = recordedDatabase();
    Cli cli = Cli.on(settings);
    List<Map<String, Object>> before = answers(settings);

    for (String run : List.of("nightly", "shared")) {
      assertThat(cli.ok("status", "--run", run)).contains("4 answered", "6 waiting");
    }
    cli.ok(command("infer", "--run", "nightly"));
    cli.ok(command("infer", "--run", "shared", "--share"));

    assertThat(answers(settings)).as("older answers stay").containsAll(before);
    for (String run : List.of("nightly", "shared")) {
      Path out = folder.resolve(run + ".jsonl");
      Path failures = folder.resolve(run + "-failures.jsonl");
      cli.ok("export", "--run", run, "--out", out, "--failures", failures);
      assertThat(Files.readAllLines(out)).as(run).hasSize(9).doesNotHaveDuplicates();
      assertThat(Files.readAllLines(failures))
          .singleElement()
          .asString()
          .contains("IMAGE_NOT_FOUND");
      Path page = folder.resolve(run + ".json");
      cli.ok("report", "--run", run, "--out", page);
      assertThat(JSON.readTree(page.toFile()).toString()).contains("batch_reductions");
    }
    cli.ok("run", "delete", "--run", "shared", "--yes");
  }

  @Test
  void topicsOfAnOlderVersionAreContinued() throws Exception {
    DatabaseSettings settings = recordedDatabase();
    String jobs = BROKER.newName();
    String answers = BROKER.newName();
    replay(settings, jobs, answers);
    Cli cli =
        Cli.with(
            "--db-url",
            settings.url(),
            "--db-user",
            settings.user(),
            "--db-password",
            settings.password(),
            "--kafka-config",
            BROKER.clientProperties().toString());

    cli.ok("intake", "--topic", jobs, "--run", "wire", "--group", "night", "--images", images());
    assertThat(cli.ok("status", "--run", "wire")).contains("10 jobs");
    cli.ok(command("infer", "--run", "wire"));
    cli.ok("publish", "--run", "wire", "--topic", answers);

    assertThat(topics.keys(answers)).as("each outcome once").hasSize(10).doesNotHaveDuplicates();
  }

  private Object[] command(Object... first) {
    return Stream.concat(Stream.of(first), Stream.of(GENERATION)).toArray();
  }

  private Path images() {
    return RECORDED.resolve("images").toAbsolutePath();
  }

  private static List<Map<String, Object>> answers(DatabaseSettings settings) {
    return client(settings)
        .sql("select run_id, job_id, sequence, text, model_fingerprint, answered_at from answer")
        .query()
        .listOfRows();
  }

  private static JdbcClient client(DatabaseSettings settings) {
    return JdbcClient.create(
        new DriverManagerDataSource(settings.url(), settings.user(), settings.password()));
  }

  /** The recorded rows in the schema of their version. */
  private DatabaseSettings recordedDatabase() throws Exception {
    DatabaseSettings settings = DATABASE.createMigrated(RECORDED_SCHEMA);
    try (Connection connection =
            DriverManager.getConnection(settings.url(), settings.user(), settings.password());
        Statement statement = connection.createStatement()) {
      // As when a dump is restored: what triggers counted is among the rows.
      statement.execute("set session_replication_role = replica");
      CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
      String dump =
          Files.readString(RECORDED.resolve("database.sql"))
              .replace("/tmp/rec/images", images().toString());
      for (String part : dump.split("\n\n")) {
        if (part.startsWith("copy ")) {
          int data = part.indexOf(";\n");
          String rows = part.substring(data + 2, part.lastIndexOf("\\."));
          try (Reader reader = new StringReader(rows)) {
            copy.copyIn(part.substring(0, data), reader);
          }
        } else {
          statement.execute(part);
        }
      }
    }
    return settings;
  }

  /**
   * Writes the recorded topics to this broker. Their ids and offsets are new there, so those that
   * the recordings name are exchanged.
   */
  private void replay(DatabaseSettings settings, String jobs, String answers) throws Exception {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(BROKER.clientProperties())) {
      properties.load(reader);
    }
    try (Admin admin = Admin.create(properties)) {
      String positions = answers + ".stf-batch-positions";
      admin
          .createTopics(
              List.of(
                  new NewTopic(jobs, 2, (short) 1),
                  new NewTopic(answers, 2, (short) 1),
                  new NewTopic(positions, 1, (short) 1)
                      .configs(Map.of("cleanup.policy", "compact"))))
          .all()
          .get();
      Map<String, Uuid> ids = Map.of("jobs", id(admin, jobs), "answers", id(admin, answers));
      send(
          properties,
          Map.of("jobs", jobs, "answers", answers, "answers.stf-batch-positions", positions),
          ids);
      String cluster = admin.describeCluster().clusterId().get();
      client(settings)
          .sql("update kafka_reader set topic = :topic, topic_id = :id, cluster_id = :cluster")
          .param("topic", jobs)
          .param("id", ids.get("jobs").toString())
          .param("cluster", cluster)
          .update();
    }
  }

  private static Uuid id(Admin admin, String topic) throws Exception {
    return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).topicId();
  }

  private static void send(Properties properties, Map<String, String> names, Map<String, Uuid> ids)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (String line : Files.readAllLines(RECORDED.resolve("topics.jsonl"))) {
        JsonNode record = JSON.readTree(line);
        String topic = names.get(record.path("topic").asText());
        if (topic != null && record.has("value")) {
          List<Header> headers = new ArrayList<>();
          record
              .path("headers")
              .forEach(
                  header ->
                      headers.add(
                          new RecordHeader(
                              header.path(0).asText(), bytes(header.path(1).asText()))));
          producer
              .send(
                  new ProducerRecord<>(
                      topic,
                      record.path("partition").asInt(),
                      bytes(record.path("key").asText()),
                      bytes(withId(record.path("value").asText(), ids.get("answers"))),
                      headers))
              .get();
        }
      }
    }
  }

  private static String withId(String value, Uuid answers) throws Exception {
    ObjectNode node = (ObjectNode) JSON.readTree(value);
    if (node.has("topic_id")) {
      node.put("topic_id", answers.toString());
      return node.toString();
    }
    return value;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
