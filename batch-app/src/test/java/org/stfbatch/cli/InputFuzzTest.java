package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.kafka.message.ImageJobMessage;
import org.stfbatch.kafka.message.MessageException;
import org.stfbatch.kafka.message.MessageHeaders;
import org.stfbatch.kafka.message.RunTriggerMessage;
import org.stfbatch.testing.Mutations;

/**
 * Fuzz test: every damaged image, line and message has one outcome, none ends or blocks the
 * program, and no stack trace is printed.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class InputFuzzTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final Path IMAGES = Path.of("src/test/resources/org/stfbatch/image/formats");
  private static final Pattern READ = Pattern.compile("(\\d+) read");

  private static final List<String> QUESTIONS =
      List.of(
          "{\"question_id\": %d, \"text\": \"What is it?\", \"category\": \"detail\", \"temperature\": 0.2, \"top_p\": 0.9}",
          "{\"question_id\": \"q%d\", \"text\": \"Wäs ist 😀?\", \"choices\": [\"yes\", \"no\"], \"seed\": 7}",
          "{\"question_id\": [%d], \"text\": \"A\\\\nB\", \"stop\": [\"###\"], \"max_new_tokens\": 3, \"image\": null}");

  private static final List<String> REQUESTS =
      List.of(
          "{\"custom_id\": \"r%d\", \"method\": \"POST\", \"url\": \"/v1/chat/completions\", \"body\": {\"model\": \"m\", \"max_tokens\": 3, \"messages\": [{\"role\": \"user\", \"content\": \"What?\"}]}}",
          "{\"custom_id\": \"s%d\", \"method\": \"POST\", \"url\": \"/v1/chat/completions\", \"body\": {\"temperature\": 0.5, \"seed\": 3, \"stop\": [\"x\"], \"messages\": [{\"role\": \"system\", \"content\": \"Short.\"}, {\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"What?\"}]}]}}");

  @TempDir private Path folder;
  private final Mutations mutations = new Mutations();
  private Cli cli;

  @BeforeEach
  void connect() {
    cli = Cli.on(DATABASE.settings());
  }

  @Test
  void everyDamagedImageHasAnOutcome() throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    List<Path> originals;
    try (Stream<Path> files = Files.list(IMAGES)) {
      originals = files.filter(file -> !file.toString().endsWith(".json")).sorted().toList();
    }
    for (int i = 0; i < Mutations.count(); i++) {
      Path original = originals.get(mutations.below(originals.size()));
      String name = "%05d-%s".formatted(i, original.getFileName());
      Files.write(images.resolve(name), mutations.damaged(Files.readAllBytes(original)));
    }
    quiet(cli.run("ingest", "--run", "images", "--captions", images, "--prompt", "What?"));

    answer("images");

    assertThat(status("images").jobs()).isEqualTo(Mutations.count());
  }

  @ParameterizedTest
  @CsvSource({"llava,questions.jsonl", "openai,requests.jsonl"})
  void everyDamagedLineHasAnOutcome(String format, String name) throws IOException {
    List<String> originals = format.equals("llava") ? QUESTIONS : REQUESTS;
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    // The first line is intact, so that the format is recognised.
    lines.writeBytes(line(originals, 0).getBytes(StandardCharsets.UTF_8));
    for (int i = 1; i < Mutations.count(); i++) {
      lines.write('\n');
      lines.writeBytes(mutations.damaged(line(originals, i).getBytes(StandardCharsets.UTF_8)));
    }
    Path file = Files.write(folder.resolve(name), lines.toByteArray());
    Cli.Ran ran = cli.run("ingest", "--run", format, "--questions", file, "--format", format);
    quiet(ran);
    assertThat(ran.code()).as(ran.err()).isZero();

    answer(format);

    Matcher read = READ.matcher(ran.out());
    assertThat(read.find()).as(ran.out()).isTrue();
    assertThat(Long.parseLong(read.group(1))).isEqualTo(linesWithText(lines.toByteArray()));
  }

  private String line(List<String> originals, int i) {
    return originals.get(mutations.below(originals.size())).formatted(i);
  }

  /** Counts lines; they end with a line feed or a carriage return, and blank ones do not count. */
  private static long linesWithText(byte[] file) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    return Stream.of(text.split("[\r\n]", -1))
        .filter(line -> line.chars().anyMatch(c -> c != ' ' && c != '\t' && c != '\r'))
        .count();
  }

  @Test
  void everyDamagedMessageIsReadOrRefused() {
    String job =
        "{\"custom_id\": \"a\", \"prompt\": \"What?\", \"image\": {\"path\": \"a.png\"}, \"max_new_tokens\": 3, \"temperature\": 0.5, \"stop\": [\"x\"], \"choices\": [\"a\", \"b\"], \"run\": \"r\"}";
    String trigger =
        "{\"run\": \"r\", \"topic\": {\"name\": \"t\", \"until_end\": true, \"max_jobs\": 10}, \"time_limit_seconds\": 60}";
    int refused = 0;
    for (int i = 0; i < Mutations.count(); i++) {
      boolean isJob = i % 2 == 0;
      byte[] bytes = mutations.damaged((isJob ? job : trigger).getBytes(StandardCharsets.UTF_8));
      try {
        if (isJob) {
          ImageJobMessage.parse(bytes, MessageHeaders.NONE);
        } else {
          RunTriggerMessage.parse(bytes, MessageHeaders.NONE);
        }
      } catch (MessageException e) {
        refused++;
        assertThat(e.getMessage().length()).isLessThan(1000);
      }
    }
    assertThat(refused).isBetween(1, Mutations.count());
  }

  private void answer(String run) {
    Cli.Ran ran =
        cli.run(
            "infer",
            "--run",
            run,
            "--model",
            Tiny.checkpoint(),
            "--vision-tower",
            Tiny.tower(),
            "--dtype",
            "float32",
            "--max-new-tokens",
            "2");
    quiet(ran);
    assertThat(ran.code()).as(ran.err()).isIn(0, 1);
    RunStatus status = status(run);
    assertThat(status.waiting()).as(ran.err()).isZero();
    assertThat(status.answered() + status.failed()).isEqualTo(status.jobs());
    assertThat(status.failures()).doesNotContainKeys("UNEXPECTED", "ENGINE_ERROR");
  }

  private static void quiet(Cli.Ran ran) {
    assertThat(ran.out() + ran.err()).doesNotContain("\tat ", "Exception", "java.");
  }

  private static RunStatus status(String run) {
    return new RunStatusStore(DATABASE.dataSource())
        .status(new RunStore(DATABASE.dataSource()).find(run).orElseThrow());
  }
}
