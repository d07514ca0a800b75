package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.kafka.TopicRecord;
import org.stfbatch.kafka.message.AnswerMessage;
import org.stfbatch.kafka.message.FailureMessage;
import org.stfbatch.kafka.testing.TestBroker;
import org.stfbatch.testing.ParquetTable;
import org.stfbatch.testing.Topics;

/**
 * A night without the image server, and the attempt after it. By default the server refuses every
 * request. With {@code -Dstfbatch.soak.down=true} it does not run, and each image is tried for
 * about a minute.
 */
@Timeout(300)
class RetriedJobsTest {
  private static final int JOBS = 1000;
  private static final boolean DOWN = Boolean.getBoolean("stfbatch.soak.down");

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final TestBroker BROKER = new TestBroker();

  @TempDir private Path folder;
  private Cli cli;

  @BeforeEach
  void connect() {
    cli =
        Cli.with(
            "--db-url",
            DATABASE.settings().url(),
            "--db-user",
            DATABASE.settings().user(),
            "--db-password",
            DATABASE.settings().password(),
            "--kafka-config",
            BROKER.clientProperties().toString());
  }

  @Test
  void everyFailureIsAnsweredOnTheSecondAttemptExactlyOnceInEveryFormat() throws Exception {
    int port = freePort();
    ImageServer refusing = DOWN ? ImageServer.none() : ImageServer.answering(port, 403);
    Questions questions = new Questions();
    for (int i = 0; i < JOBS; i++) {
      questions.ask(i, "http://127.0.0.1:%d/%d.png".formatted(port, i), "What?");
    }
    cli.ok("ingest", "--run", "down", "--questions", questions.writeTo(folder.resolve("q.jsonl")));
    String topic = BROKER.newName();

    try (refusing) {
      assertThat(infer().code()).isEqualTo(1);
    }
    assertThat(status().get("failed").asInt()).isEqualTo(JOBS);
    cli.ok("publish", "--run", "down", "--topic", topic);
    assertThat(cli.ok("retry", "--run", "down", "--older-than", "1h")).contains("0 failures");
    assertThat(cli.ok("retry", "--run", "down", "--older-than", "0")).contains("1000 failures");
    assertThat(status().get("waiting").asInt()).isEqualTo(JOBS);
    try (ImageServer server = ImageServer.answering(port, 200)) {
      Cli.Ran second = infer();
      assertThat(second.code()).as(server + second.err()).isZero();
    }
    cli.ok("publish", "--run", "down", "--topic", topic);

    JsonNode status = status();
    assertThat(status.get("answered").asInt()).isEqualTo(JOBS);
    assertThat(status.get("retried_failures").asInt()).isEqualTo(JOBS);
    assertThat(status.get("answered_on_retry").asInt()).isEqualTo(JOBS);
    assertExports();
    assertTopic(topic);
    Path report = folder.resolve("report.csv");
    cli.ok("report", "--run", "down", "--out", report);
    assertThat(Files.readString(report))
        .contains("answered_on_retry,Outcomes,Answered on a later attempt,,1000");
  }

  private void assertExports() throws IOException {
    Path failures = folder.resolve("failures.jsonl");
    Path past = folder.resolve("past.jsonl");
    Path lines = export("jsonl", "--failures", failures, "--past-failures", past);
    List<String> ids = Exported.values(lines, "custom_id");
    assertThat(ids).hasSize(JOBS).doesNotHaveDuplicates();
    assertThat(Exported.values(lines, "attempt")).containsOnly("2");
    assertThat(failures).isEmptyFile();
    assertThat(Exported.values(past, "custom_id")).isEqualTo(ids);
    assertThat(Exported.values(past, "attempt")).containsOnly("1");
    assertThat(Exported.values(past, "code")).containsOnly("IMAGE_FETCH");
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser rows = CSVParser.parse(export("csv"), StandardCharsets.UTF_8, format)) {
      List<CSVRecord> all = rows.getRecords();
      assertThat(all).extracting(row -> row.get("custom_id")).isEqualTo(ids);
      assertThat(all).extracting(row -> row.get("attempt")).containsOnly("2");
    }
    assertThat(ParquetTable.rows(export("parquet")))
        .hasSize(JOBS)
        .allSatisfy(row -> assertThat(row.getInteger("attempt", 0)).isEqualTo(2));
    assertThat(Exported.values(export("openai"), "custom_id")).isEqualTo(ids);
    assertThat(Exported.values(export("llava"), "question_id"))
        .hasSize(JOBS)
        .doesNotHaveDuplicates();
  }

  private static void assertTopic(String topic) throws Exception {
    Map<String, List<TopicRecord>> byKey =
        new Topics(BROKER.settings())
            .read(topic).stream()
                .collect(Collectors.groupingBy(record -> record.keyText().orElseThrow()));
    assertThat(byKey).hasSize(JOBS);
    for (List<TopicRecord> outcomes : byKey.values()) {
      assertThat(outcomes).hasSize(2);
      TopicRecord first = outcomes.get(0);
      TopicRecord second = outcomes.get(1);
      assertThat(FailureMessage.parse(first.value(), first.headers()).attempt()).isEqualTo(1);
      assertThat(AnswerMessage.parse(second.value(), second.headers()).attempt()).isEqualTo(2);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A server that gives every request the same answer. */
  private record ImageServer(Optional<HttpServer> server, ExecutorService threads)
      implements AutoCloseable {

    static ImageServer none() {
      return new ImageServer(Optional.empty(), Executors.newCachedThreadPool());
    }

    static ImageServer answering(int port, int status) throws IOException {
      byte[] picture = Files.readAllBytes(Tiny.images().resolve("tiny3x5.png"));
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      ExecutorService threads = Executors.newCachedThreadPool();
      server.setExecutor(threads);
      server.createContext(
          "/",
          exchange -> {
            exchange.sendResponseHeaders(status, picture.length);
            exchange.getResponseBody().write(picture);
            exchange.close();
          });
      server.start();
      return new ImageServer(Optional.of(server), threads);
    }

    @Override
    public void close() {
      server.ifPresent(running -> running.stop(0));
      threads.shutdownNow();
    }
  }

  private Cli.Ran infer() {
    return cli.run(
        "infer",
        "--run",
        "down",
        "--model",
        Tiny.checkpoint(),
        "--dtype",
        "float32",
        "--max-new-tokens",
        1,
        "--wait-for-images",
        0);
  }

  private JsonNode status() throws IOException {
    return new ObjectMapper().readTree(cli.ok("status", "--run", "down", "--json"));
  }

  private Path export(String format, Object... more) {
    Path file = folder.resolve("out." + format);
    Object[] command = {"export", "--run", "down", "--out", file, "--format", format};
    cli.ok(Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray());
    return file;
  }
}
