package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;

/** Request lines of OpenAI's Batch API become its output and error lines. */
class OpenAiBatchTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final Pattern LETTERS = Pattern.compile("(?<=.{4})[a-z]{2}");

  @TempDir private Path folder;

  @Test
  void everyRequestIsAnsweredOrNamedOnce() throws IOException {
    Tiny.Recorded recorded = picture();
    HttpServer pictures = pictures();
    Path requests;
    try {
      requests = Files.writeString(folder.resolve("requests.jsonl"), requests(recorded, pictures));
      Cli cli = Cli.on(DATABASE.settings());
      assertThat(
              cli.ok(
                  "ingest",
                  "--run",
                  "batch",
                  "--questions",
                  requests,
                  "--format",
                  "openai",
                  "--images",
                  Tiny.images()))
          .startsWith("run batch: 11 read, 11 added, 1 unusable");
      cli.ok(
          "infer",
          "--run",
          "batch",
          "--model",
          Tiny.checkpoint(),
          "--dtype",
          "float32",
          "--max-new-tokens",
          Tiny.recordedTokens());
    } finally {
      pictures.stop(0);
    }
    Path output = folder.resolve("output.jsonl");
    Path errors = folder.resolve("errors.jsonl");
    export(output, errors);

    Map<String, JsonNode> answers = byCustomId(output);
    Map<String, JsonNode> failures = byCustomId(errors);
    assertThat(answers.keySet())
        .containsExactly(
            "data", "file", "path", "request-1", "short", "stopped", "system", "text", "url");
    assertThat(failures.keySet()).containsExactly("conversation", "lost");
    for (String sameJob : List.of("data", "file", "path", "url")) {
      assertThat(text(answers.get(sameJob))).as(sameJob).isEqualTo(recorded.answer());
    }
    requireSchema(answers.get("path"), storedTokens("path"));
    requireErrorSchema(failures.get("conversation"), "REQUEST_LINE", "role \"assistant\"");
    requireErrorSchema(failures.get("lost"), "IMAGE_NOT_FOUND", "lost.png");
    assertThat(body(answers.get("short")).at("/usage/completion_tokens").asInt()).isEqualTo(3);
    assertThat(body(answers.get("short")).at("/choices/0/finish_reason").asText())
        .isEqualTo("length");
    assertThat(body(answers.get("stopped")).at("/choices/0/finish_reason").asText())
        .isEqualTo("stop");
    assertThat(recorded.answer()).startsWith(text(answers.get("stopped")));
    assertThat(body(answers.get("text")).at("/usage/prompt_tokens_details/image_tokens").asInt())
        .isZero();

    Path again = folder.resolve("again.jsonl");
    export(again, folder.resolve("again-errors.jsonl"));
    assertThat(again).hasSameTextualContentAs(output);
  }

  private JsonNode storedTokens(String customId) throws IOException {
    Path jsonl = folder.resolve("answers.jsonl");
    Cli.on(DATABASE.settings()).ok("export", "--run", "batch", "--format", "jsonl", "--out", jsonl);
    return byCustomId(jsonl).get(customId);
  }

  private void export(Path output, Path errors) {
    Cli.on(DATABASE.settings())
        .ok(
            "export",
            "--run",
            "batch",
            "--format",
            "openai",
            "--out",
            output,
            "--failures",
            errors);
  }

  /** Asserts the fields of the API reference's object. */
  private static void requireSchema(JsonNode line, JsonNode stored) {
    assertThat(line.fieldNames())
        .toIterable()
        .containsExactly("id", "custom_id", "response", "error");
    assertThat(line.get("id").asText()).matches("batch_req_[0-9a-f]{32}");
    assertThat(line.get("error").isNull()).isTrue();
    assertThat(line.at("/response/status_code").asInt()).isEqualTo(200);
    assertThat(line.at("/response/request_id").asText()).matches("req_[0-9a-f]{32}");
    JsonNode body = body(line);
    assertThat(body.get("id").asText()).startsWith("chatcmpl-");
    assertThat(body.get("object").asText()).isEqualTo("chat.completion");
    assertThat(body.get("created").isIntegralNumber()).isTrue();
    assertThat(body.get("created").asLong()).isBetween(1_700_000_000L, 4_000_000_000L);
    assertThat(body.get("model").asText()).isEqualTo("tiny");
    assertThat(body.get("choices")).hasSize(1);
    assertThat(body.at("/choices/0/index").asInt()).isZero();
    assertThat(body.at("/choices/0/message/role").asText()).isEqualTo("assistant");
    assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    JsonNode usage = body.get("usage");
    int prompt = usage.get("prompt_tokens").asInt();
    int generated = usage.get("completion_tokens").asInt();
    assertThat(generated).isEqualTo(Tiny.recordedTokens());
    assertThat(usage.get("total_tokens").asInt()).isEqualTo(prompt + generated);
    int image = usage.at("/prompt_tokens_details/image_tokens").asInt();
    int text = usage.at("/prompt_tokens_details/text_tokens").asInt();
    assertThat(image).isPositive().isEqualTo(stored.get("vision_tokens").asInt());
    assertThat(text).isPositive().isEqualTo(stored.get("prompt_tokens").asInt());
    assertThat(prompt).isEqualTo(text + image);
  }

  private static void requireErrorSchema(JsonNode line, String code, String part) {
    assertThat(line.fieldNames())
        .toIterable()
        .containsExactly("id", "custom_id", "response", "error");
    assertThat(line.get("response").isNull()).isTrue();
    assertThat(line.at("/error/code").asText()).isEqualTo(code);
    assertThat(line.at("/error/message").asText()).contains(part);
  }

  private static String requests(Tiny.Recorded recorded, HttpServer pictures) throws IOException {
    Path file = Tiny.images().resolve(recorded.image()).toAbsolutePath().normalize();
    String data =
        "data:image/png;base64," + Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    String url = "http://localhost:" + pictures.getAddress().getPort() + "/" + recorded.image();
    String question = recorded.question();
    String end = LETTERS.matcher(recorded.answer()).results().findFirst().orElseThrow().group();
    List<String> lines = new ArrayList<>();
    lines.add(line("path", "", asked(question, recorded.image())));
    lines.add(line("file", "", asked(question, file.toUri().toString())));
    lines.add(line("data", "", asked(question, data)));
    lines.add(line("url", "", asked(question, url)));
    lines.add(line("short", ",\"max_tokens\":3", asked(question, recorded.image())));
    lines.add(
        line("stopped", ",\"stop\":[" + quoted(end) + "]", asked(question, recorded.image())));
    lines.add(line("text", "", "{\"role\":\"user\",\"content\":\"What is a kite?\"}"));
    lines.add(
        line(
            "system",
            "",
            "{\"role\":\"system\",\"content\":\"Be brief.\"},"
                + asked(question, recorded.image())));
    // All fields of the example in the API's guide.
    lines.add(
        """
        {"custom_id": "request-1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-4o-mini",\
         "messages": [{"role": "system", "content": "You are helpful."}, {"role": "user", "content": "Hello!"}],\
         "max_tokens": 20}}"""
            .strip());
    lines.add(line("lost", "", asked(question, "lost.png")));
    lines.add(line("conversation", "", "{\"role\":\"assistant\",\"content\":\"Hello.\"}"));
    return String.join("\n", lines) + "\n";
  }

  private static String line(String customId, String settings, String messages) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"llava\",\"messages\":[%s]%s}}"
        .formatted(customId, messages, settings);
  }

  private static String asked(String question, String image) {
    return "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":%s},{\"type\":\"image_url\",\"image_url\":{\"url\":%s}}]}"
        .formatted(quoted(question), quoted(image));
  }

  private static String quoted(String text) {
    return TextNode.valueOf(text).toString();
  }

  private static Tiny.Recorded picture() {
    return Tiny.answers().stream()
        .filter(one -> one.image() != null && one.image().endsWith(".png"))
        .findFirst()
        .orElseThrow();
  }

  private static HttpServer pictures() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String name =
              URLDecoder.decode(
                  exchange.getRequestURI().getRawPath().substring(1), StandardCharsets.UTF_8);
          byte[] picture = Files.readAllBytes(Tiny.images().resolve(name));
          try (exchange) {
            exchange.sendResponseHeaders(200, picture.length);
            exchange.getResponseBody().write(picture);
          }
        });
    server.start();
    return server;
  }

  private static JsonNode body(JsonNode line) {
    return line.at("/response/body");
  }

  private static String text(JsonNode line) {
    return body(line).at("/choices/0/message/content").asText();
  }

  private static Map<String, JsonNode> byCustomId(Path file) throws IOException {
    Map<String, JsonNode> lines = new TreeMap<>();
    for (JsonNode line : Exported.json(file)) {
      assertThat(lines.put(line.get("custom_id").asText(), line)).isNull();
    }
    return lines;
  }
}
