package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.base.PenaltySettings;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.image.ImageRoot;

class QuestionLineParserTest {
  private final QuestionLineParser parser =
      new QuestionLineParser(1, new CustomIds(new ImageRoot.Folder(Path.of("/images"))));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense | not JSON",
        "{\"question_id\":1,\"text\":\"a\" | not JSON",
        "{\"question_id\":1,\"text\":\"a\"} {} | something follows",
        "[1] | not a JSON object",
        "7 | not a JSON object",
        "null | not a JSON object",
        "{\"question_id\":NaN,\"text\":\"a\"} | neither a number nor a string",
        "{\"question_id\":Infinity,\"text\":\"a\"} | neither a number nor a string",
        "{\"question_id\":1,\"text\":NaN} | text is not a string",
        "{\"question_id\":1,\"text\":\"a\",\"temperature\":-Infinity} | temperature must be 0, or 0.000001 to 100",
        "{\"question_id\":1,\"text\":\"a\",\"temperature\":1e-30} | temperature must be 0, or 0.000001 to 100",
        "{\"question_id\":1,\"text\":\"a\",\"temperature\":1e30} | temperature must be 0, or 0.000001 to 100",
        "{\"question_id\":1,\"text\":\"a\",\"top_p\":1e-320} | top_p must be 1e-30 to 1",
        "{\"question_id\":1,\"text\":\"a\",\"max_new_token\":5} | its max_new_token is not known: max_new_tokens is",
        "{\"question_id\":1,\"text\":\"a\",\"temprature\":5} | its temprature is not known: temperature is",
        "{\"question_id\":1,\"text\":\"a\",\"images\":\"a.png\"} | its images is not known: image is",
        "{\"question_id\":1,\"text\":\"a\",\"top_k\":5} | its top_k cannot be carried out",
        "{\"text\":\"a\"} | no question_id",
        "{\"question_id\":null,\"text\":\"a\"} | neither a number nor a string",
        "{\"question_id\":[1],\"text\":\"a\"} | neither a number nor a string",
        "{\"question_id\":true,\"text\":\"a\"} | neither a number nor a string",
        "{\"question_id\":1} | no text",
        "{\"question_id\":1,\"text\":7} | text is not a string",
        "{\"question_id\":1,\"text\":null} | text is not a string",
        "{\"question_id\":1,\"text\":\"a\",\"image\":7} | image is not a string",
        "{\"question_id\":1,\"text\":\"a\",\"image\":\" \"} | image is empty",
        "{\"question_id\":1,\"text\":\"a\",\"category\":{}} | category is not a string",
        "{\"question_id\":1,\"text\":\"a\\u0000\"} | NUL",
        "{\"question_id\":1,\"text\":\"\\ud800\"} | lone surrogate",
        "{\"question_id\":\"\\udc00\",\"text\":\"a\"} | lone surrogate",
        "{\"question_id\":1,\"text\":\"a\",\"image\":\"\\ud800.png\"} | lone surrogate",
        "{\"question_id\":1,\"text\":\"a\",\"max_new_tokens\":0} | max_new_tokens",
        "{\"question_id\":1,\"text\":\"a\",\"max_new_tokens\":1.5} | max_new_tokens",
        "{\"question_id\":1,\"text\":\"a\",\"max_new_tokens\":9999999999} | too large",
        "{\"question_id\":1,\"text\":\"a\",\"temperature\":-1} | temperature",
        "{\"question_id\":1,\"text\":\"a\",\"temperature\":1e999} | temperature",
        "{\"question_id\":1,\"text\":\"a\",\"temperature\":\"hot\"} | temperature",
        "{\"question_id\":1,\"text\":\"a\",\"top_p\":0} | top_p",
        "{\"question_id\":1,\"text\":\"a\",\"top_p\":1.1} | top_p",
        "{\"question_id\":1,\"text\":\"a\",\"seed\":0.5} | seed",
        "{\"question_id\":1,\"text\":\"a\",\"seed\":99999999999999999999} | too large",
        "{\"question_id\":1,\"text\":\"a\",\"stop\":7} | stop",
        "{\"question_id\":1,\"text\":\"a\",\"stop\":[7]} | stop",
        "{\"question_id\":1,\"text\":\"a\",\"stop\":\"\"} | stop",
        "{\"question_id\":1,\"text\":\"a\",\"stop\":[\"x\",\"\"]} | stop",
        "{\"question_id\":1,\"text\":\"a\",\"choices\":7} | choices",
        "{\"question_id\":1,\"text\":\"a\",\"choices\":[\"A\",7]} | choices",
        "{\"question_id\":1,\"text\":\"a\",\"choices\":[]} | choices has no text",
        "{\"question_id\":1,\"text\":\"a\",\"choices\":[\"A\",\" \"]} | choices holds an empty text",
        "{\"question_id\":1,\"text\":\"a\",\"choices\":\"A,B,A\"} | choices holds 'A' twice",
        "{\"question_id\":1,\"text\":\"a\",\"choices\":[\"\\u0000\"]} | NUL",
      })
  void anUnusableLineIsAFailureThatNamesItsNumberAndTheReason(String line, String why) {
    JobFailure failure = parse(41, line).rejection().orElseThrow();

    assertThat(failure.stage()).isEqualTo("ingest");
    assertThat(failure.code()).isEqualTo("QUESTION_LINE");
    assertThat(failure.message())
        .startsWith("line 41 is no question line: ")
        .contains(why)
        .hasLineCount(1);
  }

  @Test
  void choicesAreAListOrATextWithCommas() {
    String line = "{\"question_id\":1,\"text\":\"a\",\"choices\":%s}";

    assertThat(parse(1, line.formatted("[\"A, or B\", \" ü \"]")).settings().choices())
        .contains(new ChoiceTexts(List.of("A, or B", "ü")));
    assertThat(parse(1, line.formatted("\"A,B\"")).settings().choices())
        .contains(new ChoiceTexts(List.of("A", "B")));
    assertThat(parse(1, line.formatted("null")).settings().choices()).isEmpty();
  }

  @Test
  void whatCouldBeReadOfAnUnusableLineIsKept() {
    NewImageJob job =
        parse(
            1,
            "{\"question_id\":\"q\\udc00\",\"category\":\"c\",\"image\":\"i\",\"text\":\"\\u0000\"}");

    assertThat(job.rejection()).isPresent();
    assertThat(job.prompt().questionId()).contains("\"q\uFFFD\"");
    assertThat(job.prompt().category()).contains("c");
    assertThat(job.prompt().image()).contains("i");
    assertThat(job.prompt().text()).isEqualTo("\uFFFD");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"7", "-0", "7.0", "7.00", "1e5", "1E+05", "\"7\"", "\"é\\n\\\"\\\\/\"", "\"😀\""})
  void theQuestionIdIsKeptAsItsJson(String id) {
    assertThat(parse(1, "{\"question_id\": " + id + " , \"text\": \"a\"}").prompt().questionId())
        .contains(id);
  }

  @Test
  void absentAndNullFieldsAreLeftToTheCommand() {
    NewImageJob job =
        parse(
            1,
            """
            {"question_id":1,"text":"a","image":null,"category":null,"stop":null,"max_new_tokens":null,\
            "temperature":null,"top_p":null,"seed":null,"other":{"deep":[{"er":1}]},"text":"b"}""");

    assertThat(job.rejection()).isEmpty();
    assertThat(job.prompt().text()).isEqualTo("b");
    assertThat(job.prompt().image()).isEmpty();
    assertThat(job.settings().maxNewTokens()).isEmpty();
    assertThat(job.settings().stop()).isEmpty();
  }

  @Test
  void whatPythonWritesForEmptyCellsIsAbsent() {
    NewImageJob job =
        parse(
            1,
            """
            {"question_id":1,"text":"a","image":NaN,"category":NaN,"stop":NaN,"max_new_tokens":NaN,\
            "temperature":NaN,"top_p":NaN,"seed":NaN,"choices":NaN,"repetition_penalty":NaN,\
            "no_repeat_ngram_size":null,"presence_penalty":NaN,"frequency_penalty":null,"score":NaN,"temprature":NaN}""");

    assertThat(job.rejection()).isEmpty();
    assertThat(job.prompt().image()).isEmpty();
    assertThat(job.prompt().category()).isEmpty();
    assertThat(job.settings()).isEqualTo(JobSettings.DEFAULTS);
  }

  @Test
  void fieldsBesideTheKnownOnesArePassedOver() {
    NewImageJob job =
        parse(
            1,
            """
            {"question_id":1,"text":"a","image":"a.png","images":["b.png"],"label":"yes","choice":"A","choices":["A","B"]}""");

    assertThat(job.rejection()).isEmpty();
    assertThat(job.prompt().image()).contains("a.png");
  }

  @Test
  void settingsAreRead() {
    NewImageJob job =
        parse(
            1,
            """
            {"question_id":1,"text":"a","stop":["x","y"],"max_new_tokens":3,"temperature":1,"top_p":0.5,"seed":-9}""");

    assertThat(job.settings().stop()).contains(List.of("x", "y"));
    assertThat(job.settings().maxNewTokens()).hasValue(3);
    assertThat(job.settings().temperature()).hasValue(1);
    assertThat(job.settings().topP()).hasValue(0.5);
    assertThat(job.settings().seed()).hasValue(-9);
    assertThat(parse(1, "{\"question_id\":1,\"text\":\"a\",\"stop\":\"x\"}").settings().stop())
        .contains(List.of("x"));
  }

  @Test
  void penaltiesAreRead() {
    NewImageJob job =
        parse(
            1,
            """
            {"question_id":1,"text":"a","repetition_penalty":1.1,"no_repeat_ngram_size":3,\
            "presence_penalty":-2,"frequency_penalty":0.5}""");

    assertThat(job.settings().penalties())
        .isEqualTo(
            new PenaltySettings(
                OptionalDouble.of(1.1),
                OptionalInt.of(3),
                OptionalDouble.of(-2),
                OptionalDouble.of(0.5)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"repetition_penalty\":0 | its repetition_penalty must be 0.000001 to 100, not 0.0",
        "\"repetition_penalty\":1e999 | its repetition_penalty must be 0.000001 to 100",
        "\"repetition_penalty\":\"x\" | its repetition_penalty is not a number",
        "\"presence_penalty\":2.1 | its presence_penalty must be -2 to 2, not 2.1",
        "\"frequency_penalty\":-2.1 | its frequency_penalty must be -2 to 2, not -2.1",
        "\"no_repeat_ngram_size\":-4294967295 | its no_repeat_ngram_size must be 0 (off) to",
        "\"no_repeat_ngram_size\":2.5 | its no_repeat_ngram_size is not a whole number",
      })
  void aPenaltyOutOfRangeIsNamed(String setting, String why) {
    NewImageJob job = parse(1, "{\"question_id\":1,\"text\":\"a\"," + setting + "}");

    assertThat(job.rejection().orElseThrow().message()).contains(why);
  }

  @Test
  void anImageMayFillItsLine() {
    String image = "data:image/png;base64," + "A".repeat(30_000_000);
    NewImageJob job =
        parse(1, "{\"question_id\":1,\"text\":\"a\",\"image\":\"%s\"}".formatted(image));

    assertThat(job.rejection()).isEmpty();
    assertThat(job.prompt().image()).contains(image);
  }

  @Test
  void anOverlongLineIsUnusable() {
    JobFailure failure =
        parser.parse(new Line(3, "{".getBytes(StandardCharsets.UTF_8), true)).rejection().get();

    assertThat(failure.message()).startsWith("line 3 ").contains("longer than");
  }

  @Test
  void bytesThatAreNoTextNeverEndTheIngest() {
    Random random = new Random(1);
    byte[] alphabet = "{\"}:,[]0a\\u \0\0\0\0".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(12)];
      random.nextBytes(bytes);
      for (int at = 0; at < bytes.length; at++) {
        if (random.nextInt(3) > 0) {
          bytes[at] = alphabet[random.nextInt(alphabet.length)];
        }
      }
      assertThat(parser.parse(new Line(i, bytes, false)).rejection()).isPresent();
    }
  }

  @Test
  void otherEncodingsAreNotGuessedAt() {
    byte[] utf16 = "{\"question_id\":1,\"text\":\"a\"}".getBytes(StandardCharsets.UTF_16LE);
    byte[] latin1 = "{\"question_id\":1,\"text\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1);

    assertThat(parser.parse(new Line(1, utf16, false)).rejection()).isPresent();
    assertThat(parser.parse(new Line(1, latin1, false)).rejection())
        .hasValueSatisfying(failure -> assertThat(failure.message()).contains("not UTF-8"));
  }

  @Test
  void aJobIsNamedByItsLineAndWhereItsImagesAre() {
    String line = "{\"question_id\":1,\"text\":\"a\"}";
    QuestionLineParser other =
        new QuestionLineParser(1, new CustomIds(new ImageRoot.Folder(Path.of("/other"))));
    String name = parse(1, line).customId();
    String elsewhere = other.parse(line(1, line)).customId();

    assertThat(parse(1, line).customId()).isEqualTo(name);
    assertThat(parse(2, line).customId()).isNotEqualTo(name);
    assertThat(parse(1, line + " ").customId()).isNotEqualTo(name);
    assertThat(elsewhere).isNotEqualTo(name);
    assertThat(CustomIds.withoutPlace(elsewhere)).isEqualTo(CustomIds.withoutPlace(name));
    assertThat(CustomIds.withoutPlace("mail@host")).isEqualTo("mail@host");
  }

  private NewImageJob parse(long number, String line) {
    return parser.parse(line(number, line));
  }

  private static Line line(long number, String text) {
    return new Line(number, text.getBytes(StandardCharsets.UTF_8), false);
  }
}
