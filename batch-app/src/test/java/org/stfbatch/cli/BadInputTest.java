package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;

/** Unusable jobs fail with their codes, and all others are answered. */
class BadInputTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final Tiny.Recorded recorded = Tiny.answer("wide.png");
  @TempDir private Path folder;
  private Path images;
  private Path good;
  private Cli cli;
  private HttpServer server;

  @BeforeEach
  void prepare() throws IOException {
    cli = Cli.on(DATABASE.settings());
    images = Files.createDirectory(folder.resolve("images"));
    good = Files.copy(Tiny.images().resolve("wide.png"), images.resolve("good.png"));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] picture = Files.readAllBytes(good);
    server.createContext(
        "/",
        exchange -> {
          boolean known = exchange.getRequestURI().getPath().equals("/good.png");
          exchange.sendResponseHeaders(known ? 200 : 404, known ? picture.length : -1);
          exchange.getResponseBody().write(known ? picture : new byte[0]);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void everyUnusableImageFailsWithItsCode() throws IOException {
    byte[] picture = Files.readAllBytes(good);
    Files.write(images.resolve("cut.png"), Arrays.copyOf(picture, picture.length / 2));
    Files.write(images.resolve("bomb.png"), pngHeader(60_000, 60_000));
    Files.writeString(images.resolve("text.png"), "I am no picture at all, sorry.");
    Files.write(images.resolve("empty.png"), new byte[0]);
    Files.createDirectory(images.resolve("folder.png"));
    Files.copy(good, folder.resolve("outside.png"));
    Files.createSymbolicLink(images.resolve("link.png"), folder.resolve("outside.png"));
    Files.createSymbolicLink(images.resolve("inner.png"), Path.of("good.png"));
    Files.createSymbolicLink(images.resolve("nowhere.png"), Path.of("missing.png"));
    String base64 = Base64.getEncoder().encodeToString(picture);
    String host = "http://localhost:" + server.getAddress().getPort();
    List<Reference> references =
        List.of(
            new Reference("missing.png", "IMAGE_NOT_FOUND"),
            new Reference("nowhere.png", "IMAGE_NOT_FOUND"),
            new Reference("folder.png", "IMAGE_UNREADABLE"),
            new Reference("long name", "x".repeat(5000), "IMAGE_UNREADABLE"),
            new Reference("cut.png", "IMAGE_DECODE"),
            new Reference("bomb.png", "IMAGE_TOO_LARGE"),
            new Reference("text.png", "IMAGE_FORMAT"),
            new Reference("empty.png", "IMAGE_DECODE"),
            new Reference("../outside.png", "IMAGE_OUTSIDE_FOLDER"),
            new Reference("x/../../outside.png", "IMAGE_OUTSIDE_FOLDER"),
            new Reference("absolute", folder + "/outside.png", "IMAGE_OUTSIDE_FOLDER"),
            new Reference("link.png", "IMAGE_OUTSIDE_FOLDER"),
            new Reference("data:image/png;base64,???", "IMAGE_REFERENCE"),
            new Reference("data:image/png;base64,AAAA", "IMAGE_FORMAT"),
            new Reference("http missing", host + "/missing.png", "IMAGE_NOT_FOUND"),
            new Reference("http://", "IMAGE_REFERENCE"),
            new Reference("metadata", "http://169.254.169.254/latest/x.png", "IMAGE_ADDRESS"),
            new Reference("absolute inside", good.toString(), "answered"),
            new Reference("inner.png", "answered"),
            new Reference("./good.png", "answered"),
            new Reference("data", "data:image/png;base64," + base64, "answered"),
            new Reference("http", host + "/good.png", "answered"));
    Questions questions = new Questions();
    for (Reference reference : references) {
      questions.ask(reference.name(), reference.text(), recorded.question());
      questions.ask("good", "good.png", recorded.question());
    }

    Map<String, JsonNode> failures = answer("images", questions);

    assertThat(references)
        .allSatisfy(
            reference -> {
              JsonNode failure = failures.get(reference.name());
              assertThat(failure == null ? "answered" : failure.get("code").asText())
                  .as(reference.name())
                  .isEqualTo(reference.outcome());
            });
    assertThat(failures.values())
        .allSatisfy(failure -> assertThat(failure.get("stage").asText()).isEqualTo("image"))
        .allSatisfy(
            failure -> assertThat(failure.get("message").asText()).isNotBlank().hasLineCount(1));
    assertThat(texts("images")).hasSize(references.size() + 5).containsOnly(recorded.answer());
  }

  /** An image reference and its expected outcome. */
  private record Reference(String name, String text, String outcome) {
    Reference(String text, String outcome) {
      this(text, text, outcome);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @Test
  void everyUnusablePromptFailsWithItsCode() throws IOException {
    String tooLong = "word ".repeat(3000);
    Questions questions =
        new Questions()
            .ask("empty", "good.png", "")
            .ask("blank", null, " \n\t")
            .ask("two markers", "good.png", "<image> or <image>?")
            .ask("marker without image", null, "What is <image>?")
            .ask("long", "good.png", tooLong)
            .ask("long text", null, tooLong)
            .ask("good", "good.png", recorded.question());

    Map<String, JsonNode> failures = answer("prompts", questions);

    Map<String, String> codes = new LinkedHashMap<>();
    failures.forEach((id, failure) -> codes.put(id, failure.get("code").asText()));
    assertThat(codes)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "empty", "PROMPT_EMPTY",
                "blank", "PROMPT_EMPTY",
                "two markers", "PROMPT_IMAGE_MARKERS",
                "marker without image", "PROMPT_IMAGE_MARKERS",
                "long", "PROMPT_TOO_LONG",
                "long text", "PROMPT_TOO_LONG"));
    assertThat(failures.get("long").get("message").asText()).contains("2048", "--truncate");
    assertThat(failures.values())
        .allSatisfy(failure -> assertThat(failure.get("stage").asText()).isEqualTo("prompt"));
    assertThat(texts("prompts")).containsExactly(recorded.answer());
  }

  @Test
  void promptsThatAreTooLongAreCutOnDemand() throws IOException {
    String tooLong = "word ".repeat(3000);
    Questions questions =
        new Questions()
            .ask("long", "good.png", tooLong)
            .ask("longer", "good.png", tooLong + "and more")
            .ask("text", null, tooLong)
            .ask("good", "good.png", recorded.question());

    assertThat(answer("cut", questions, "--truncate")).isEmpty();

    Path out = folder.resolve("cut.jsonl");
    cli.ok("export", "--run", "cut", "--out", out, "--format", "jsonl");
    Map<String, JsonNode> answers = Exported.byQuestion(out);
    assertThat(answers).hasSize(4);
    for (String id : List.of("long", "longer", "text")) {
      JsonNode answer = answers.get(id);
      assertThat(answer.get("prompt_tokens").asInt() + answer.get("vision_tokens").asInt())
          .isEqualTo(2048);
    }
    assertThat(answers.get("longer").get("text")).isEqualTo(answers.get("long").get("text"));
    assertThat(answers.get("good").get("text").asText()).isEqualTo(recorded.answer());
  }

  @Test
  void everyBadLineIsNamedByItsNumber() throws IOException {
    Path file =
        new Questions()
            .ask(1, "good.png", recorded.question())
            .line("")
            .line("{\"question_id\": 3, \"image\": \"good.png\"}")
            .line("{\"question_id\": 4, \"text\": \"cut")
            .line("{\"question_id\": 5, \"text\": \"lone \\ud83d surrogate\"}")
            .line("{\"question_id\": 6, \"text\": \"nul \\u0000\"}")
            .line("\0\0\0\0")
            .ask(8, "good.png", recorded.question())
            .writeTo(folder.resolve("q.jsonl"));

    assertThat(cli.ok("ingest", "--run", "lines", "--questions", file, "--images", images))
        .contains("7 read, 7 added, 5 unusable");
    infer("lines");

    Path failures = folder.resolve("f.jsonl");
    Path out = folder.resolve("a.jsonl");
    cli.ok("export", "--run", "lines", "--out", out, "--failures", failures);
    assertThat(Exported.values(out, "text")).containsExactly(recorded.answer(), recorded.answer());
    assertThat(Exported.values(failures, "code")).hasSize(5).containsOnly("QUESTION_LINE");
    assertThat(Exported.values(failures, "message"))
        .extracting(message -> message.replaceAll("(line \\d+) .*", "$1"))
        .containsExactly("line 3", "line 4", "line 5", "line 6", "line 7");
    assertThat(Exported.json(failures).get(0).get("question_id").asInt()).isEqualTo(3);
  }

  /** Answers the questions and returns the failures by question id. */
  private Map<String, JsonNode> answer(String run, Questions questions, Object... more)
      throws IOException {
    Path file = questions.writeTo(folder.resolve(run + "-questions.jsonl"));
    cli.ok("ingest", "--run", run, "--questions", file, "--images", images);
    infer(run, more);
    Path failures = folder.resolve(run + "-failures.jsonl");
    cli.ok("export", "--run", run, "--out", out(run), "--failures", failures);
    return Exported.byQuestion(failures);
  }

  private void infer(String run, Object... more) {
    List<Object> command =
        new java.util.ArrayList<>(List.of("infer", "--run", run, "--model", Tiny.checkpoint()));
    command.addAll(List.of("--max-new-tokens", Tiny.recordedTokens(), "--max-failed", "100%"));
    command.addAll(List.of(more));
    cli.ok(command.toArray());
  }

  private Path out(String run) {
    return folder.resolve(run + "-answers.jsonl");
  }

  private List<String> texts(String run) throws IOException {
    return Exported.values(out(run), "text");
  }

  /** A PNG header without pixels: PNG specification, section 11.2.2. */
  private static byte[] pngHeader(int width, int height) {
    ByteBuffer ihdr = ByteBuffer.allocate(17).put("IHDR".getBytes());
    ihdr.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(ihdr.array());
    ByteBuffer png = ByteBuffer.allocate(8 + 4 + 17 + 4);
    png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    return png.putInt(13).put(ihdr.array()).putInt((int) crc.getValue()).array();
  }
}
