package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.job.InputException;

class QuestionFileHeadTest {
  private static final String LINE = "{\"question_id\": 1, \"text\": \"What?\"}\n";
  private static final String REQUEST =
      "{\"custom_id\": \"a\", \"method\": \"POST\", \"body\": {\"messages\": []}}\n";

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE", "UTF-32"})
  void otherEncodingsAreNamedWithAndWithoutAMark(String encoding) {
    Charset charset = Charset.forName(encoding);
    for (String text : List.of(LINE, "\uFEFF" + LINE, "question_id,text\n1,a\n", "[1, 2]")) {
      byte[] bytes = text.getBytes(charset);
      String name = encoding.substring(0, 6);
      assertThatThrownBy(() -> head(bytes).requireQuestions())
          .isInstanceOf(InputException.class)
          .hasMessage("/q.jsonl is " + name + ": save it as UTF-8");
      assertThatThrownBy(() -> head(bytes).requireTable()).hasMessageContaining(name);
    }
  }

  @Test
  void whatIsNoTextIsNamed() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(LINE.getBytes(StandardCharsets.UTF_8));
    }
    requireRefused(packed.toByteArray(), "gzip", "gunzip");
    requireRefused(latin1("PK\u0003\u0004..."), "zip archive", "CSV");
    requireRefused(latin1("PAR1..."), "--format parquet");
    requireRefused(latin1("\u0089PNG\r\n"), "is an image");
    requireRefused(new byte[4096], "bytes that are all 0");
    assertThatThrownBy(() -> head(latin1(LINE)).requireParquet())
        .hasMessageContaining("is no Parquet file");
    assertThatThrownBy(() -> head(packed.toByteArray()).requireParquet())
        .hasMessageContaining("gzip");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\n {\"question_id\": 4,\n \"text\": \"What?\"}\n]\n",
        "[{\"question_id\": 4, \"text\": \"What?\"}]",
        "\n  [{\"question_id\": 4, \"text\": \"What?\"},\n{\"question_id\": 5}]",
        "\uFEFF[]"
      })
  void anArrayIsNoFileOfLines(String json) {
    requireRefused(utf8(json), "is one JSON array", "jq -c '.[]'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\n  \"question_id\": 4,\n  \"text\": \"What?\"\n}\n",
        "{\"question_id\": 4,\n \"text\": \"What?\"}\n{\"question_id\": 5,\n \"text\": \"What?\"}\n",
        "{\"questions\": [\n{\"question_id\": 4, \"text\": \"What?\"}\n]}",
      })
  void anObjectOverSeveralLinesIsNoLine(String json) {
    requireRefused(utf8(json), "over several lines", "jq -c");
  }

  @Test
  void anObjectThatHoldsAllQuestionsIsNoLine() {
    requireRefused(
        utf8("{\"version\": 1, \"questions\": [{\"question_id\": 4, \"text\": \"What?\"}]}\n"),
        "is one JSON object with a list in it");
  }

  @Test
  void aTableOrAnyOtherTextIsNamed() {
    requireRefused(utf8("question_id,image,text\n1,a.png,What?\n"), "table", "--format csv");
    requireRefused(utf8("question_id\timage\ttext\n1\ta.png\tWhat?\n"), "--format tsv");
    requireRefused(utf8("<html>\n<body>\n</body>\n"), "no JSON lines", "<html>");
    requireRefused(utf8("x".repeat(300_000)), "no JSON lines", "more characters");
  }

  @Test
  void linesOfTheOtherKindAreNamed() {
    requireRefused(utf8("nonsense\n" + REQUEST + REQUEST), "--format openai");
    assertThatThrownBy(() -> head(utf8(LINE + LINE)).requireRequests())
        .hasMessageContaining("leave --format openai out");
    String long1 = REQUEST.replace("[]", "\"" + "A".repeat(400_000) + "\"");
    requireRefused(utf8(long1), "--format openai");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "\uFEFF",
        "nonsense",
        "{\"question_id\": 1, \"te",
        "{\"question_id\": 1, \"te\n{\"question_id\": 2, \"text\": \"What?\"}\n",
        "{\"question_id\": 1,\n{\"question_id\": 2, \"text\": \"What?\"}\n",
        "{\"question_id\":\n{\"question_id\": 2, \"text\": \"What?\"}\n{}\n",
        "[1]\n{\"question_id\": 2, \"text\": \"What?\"}\n",
        "\0\0\n{\"question_id\": 2, \"text\": \"What?\"}\n",
        "{\"question_id\": 2, \"text\": \"What?\", \"boxes\": [{\"x\": 1}]}\n",
      })
  void aBadLineAmongOthersIsNoMatterOfTheFile(String lines) {
    assertThatCode(() -> head(utf8(lines)).requireQuestions()).doesNotThrowAnyException();
  }

  @Test
  void theFileIsReadFromItsBeginningAfterwards() throws IOException {
    byte[] bytes = utf8(LINE.repeat(20_000));
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    QuestionFileHead.of(Path.of("/q.jsonl"), in).requireQuestions();
    assertThat(in.readAllBytes()).isEqualTo(bytes);
  }

  private static void requireRefused(byte[] bytes, String... parts) {
    assertThatThrownBy(() -> head(bytes).requireQuestions())
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("/q.jsonl ")
        .hasMessageContainingAll(parts)
        .message()
        .hasSizeLessThan(400)
        .hasLineCount(1);
  }

  private static QuestionFileHead head(byte[] bytes) throws IOException {
    return QuestionFileHead.of(Path.of("/q.jsonl"), new ByteArrayInputStream(bytes), true);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
