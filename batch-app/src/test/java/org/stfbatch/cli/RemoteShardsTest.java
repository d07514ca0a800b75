package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.testing.S3Server;
import org.stfbatch.testing.TarShard;

/** WebDataset shards behind http addresses and in buckets. */
class RemoteShardsTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final S3Server SERVER = new S3Server();

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");
  private static final List<String> PICTURES = List.of("wide.png", "gray.png", "exif6.jpg");

  @TempDir private static Path folder;
  private final Queue<String> ranges = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void shards() throws IOException {
    for (int s = 0; s < 2; s++) {
      Path file = folder.resolve("part-%d.tar".formatted(s));
      try (TarShard shard = TarShard.begin(file)) {
        for (String picture : PICTURES) {
          String key = s + picture.substring(0, picture.indexOf('.'));
          shard.add(
              key + picture.substring(picture.indexOf('.')),
              Files.readAllBytes(Tiny.images().resolve(picture)));
          shard.add(key + ".txt", "What is this?");
        }
      }
      SERVER.put("shards/part-%d.tar".formatted(s), file);
    }
  }

  @Test
  void imagesAreReadByTheirRangesOverHttpAndFromBuckets() throws IOException {
    Cli cli = Cli.on(DATABASE.settings());
    List<Object> s3 = List.of("--s3-endpoint", SERVER.endpoint());
    run(cli, List.of(), "ingest", "local", folder.resolve("part-{0..1}.tar"));
    run(cli, List.of(), "infer", "local");
    HttpServer server = server(true);
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort();
      assertThat(run(cli, List.of(), "ingest", "http", address + "/part-{0..1}.tar?sig=secret"))
          .isEqualTo("run http: 6 read, 6 added\n");
      run(cli, List.of(), "infer", "http");
    } finally {
      server.stop(0);
    }
    assertThat(ranges).hasSize(6).doesNotHaveDuplicates();
    assertThat(run(cli, s3, "ingest", "bucket", "s3://pictures/shards/part-{0..1}.tar"))
        .isEqualTo("run bucket: 6 read, 6 added\n");
    run(cli, s3, "infer", "bucket");

    assertThat(answers("http")).hasSize(6).isEqualTo(answers("local"));
    assertThat(answers("bucket")).isEqualTo(answers("local"));

    List<Object> export =
        new ArrayList<>(
            List.of("export", "--run", "bucket", "--format", "webdataset", "--with-images"));
    export.addAll(List.of("--shard-size", 4, "--out", "s3://pictures/answered/"));
    export.addAll(s3);
    assertThat(cli.ok(export.toArray())).contains("6 answers in 2 files (2 written, 0 kept)");
    assertThat(cli.ok(export.toArray())).contains("6 answers in 2 files (0 written, 2 kept)");
    export.set(export.indexOf(4), 6);
    assertThat(cli.ok(export.toArray())).contains("6 answers in 1 file (1 written, 0 kept)");
    assertThat(SERVER.keys("answered/"))
        .containsExactly("answered/_part-00000.tar.json", "answered/part-00000.tar");
    Path part = Files.write(folder.resolve("part"), SERVER.get("answered/part-00000.tar"));
    assertThat(TarShard.members(part))
        .hasSize(18)
        .containsEntry("000000000.png", Files.readAllBytes(Tiny.images().resolve("wide.png")));
  }

  @Test
  void aServerWithoutRangesIsNamed() throws IOException {
    Cli cli = Cli.on(DATABASE.settings());
    HttpServer server = server(false);
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort();
      run(cli, List.of(), "ingest", "no ranges", address + "/part-0.tar");
      assertThat(cli.run(command(List.of(), "infer", "no ranges")).code()).isEqualTo(1);
    } finally {
      server.stop(0);
    }
    assertThat(cli.ok("status", "--run", "no ranges")).contains("IMAGE_FETCH");
    assertThat(
            JdbcClient.create(DATABASE.dataSource())
                .sql(
                    "select distinct message from failure join run using (run_id) where name = 'no ranges'")
                .query(String.class)
                .single())
        .contains("part-0.tar is not sent by ranges");
  }

  private HttpServer server(boolean knowsRanges) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> answer(exchange, knowsRanges));
    server.start();
    return server;
  }

  private void answer(HttpExchange exchange, boolean knowsRanges) throws IOException {
    try (exchange) {
      byte[] content =
          Files.readAllBytes(folder.resolve(exchange.getRequestURI().getPath().substring(1)));
      String asked = exchange.getRequestHeaders().getFirst("Range");
      Matcher range = RANGE.matcher(String.valueOf(asked));
      if (knowsRanges && range.matches()) {
        ranges.add(exchange.getRequestURI().getPath() + " " + asked);
        int first = Integer.parseInt(range.group(1));
        int last = Integer.parseInt(range.group(2));
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes %d-%d/%d".formatted(first, last, content.length));
        content = Arrays.copyOfRange(content, first, last + 1);
      }
      exchange.sendResponseHeaders(knowsRanges && range.matches() ? 206 : 200, content.length);
      exchange.getResponseBody().write(content);
    }
  }

  private static String run(Cli cli, List<Object> more, String command, String run, Object... at) {
    return cli.ok(command(more, command, run, at));
  }

  private static Object[] command(List<Object> more, String command, String run, Object... at) {
    List<Object> all = new ArrayList<>(List.of(command, "--run", run));
    if (command.equals("ingest")) {
      all.addAll(List.of("--format", "webdataset", "--questions", at[0]));
    } else {
      all.addAll(
          List.of("--model", Tiny.checkpoint(), "--dtype", "float32", "--max-new-tokens", 8));
    }
    all.addAll(more);
    return all.toArray();
  }

  private static List<String> answers(String run) {
    return JdbcClient.create(DATABASE.dataSource())
        .sql(
            """
            select question_id || ' ' || text from answer
            join image_job using (job_id) join run on run.run_id = image_job.run_id
            where name = :run order by question_id
            """)
        .param("run", run)
        .query(String.class)
        .list();
  }
}
