package org.stfbatch.kafka.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.base.PenaltySettings;

class MessagesTest {

  private static final String SMALL = "{\"custom_id\": \"a\", \"prompt\": \"why?\"}";

  @Test
  void anImageJobComesBackAsItWasWritten() throws MessageException {
    GenerationSettings settings =
        new GenerationSettings(
            OptionalInt.of(5),
            OptionalDouble.of(0.25),
            OptionalDouble.of(1e-6),
            OptionalLong.of(Long.MIN_VALUE),
            Optional.of(List.of("\n", "</s>")),
            Optional.of(List.of("A, or B", "ü")),
            new PenaltySettings(
                OptionalDouble.of(1.25),
                OptionalInt.of(0),
                OptionalDouble.of(-2),
                OptionalDouble.of(1e-9)));
    for (ImageReference image :
        List.of(
            new ImageReference.Path("a b/ü.png"),
            new ImageReference.Url("https://host/x?y=z"),
            ImageReference.Bytes.of(new byte[] {1, 2, 3, 4}),
            new ImageReference.Bytes("AAAA", Optional.of("image/png")))) {
      ImageJobMessage job =
          new ImageJobMessage(
              "id \uD83D\uDE00",
              Optional.of(image),
              "why \"this\"?\n",
              settings,
              Optional.of("7.0"),
              Optional.of("c"),
              Optional.of("nightly"));
      assertThat(ImageJobMessage.parse(job.toJson(), MessageHeaders.NONE)).isEqualTo(job);
    }
  }

  @Test
  void aQuestionIdKeepsItsForm() throws MessageException {
    for (String id : List.of("7", "\"7\"", "7.0", "7.50", "12345678901234567890123")) {
      assertThat(
              parse("{\"custom_id\": \"a\", \"prompt\": \"p\", \"question_id\": " + id + "}")
                  .questionId())
          .contains(id);
    }
  }

  @Test
  void anImageIsOneTextForTheDatabase() {
    assertThat(new ImageReference.Path("a.png").text()).isEqualTo("a.png");
    assertThat(new ImageReference.Bytes("AAAA", Optional.of("image/png")).text())
        .isEqualTo("data:image/png;base64,AAAA");
    assertThat(new ImageReference.Url("http://u:secret@h/p?token=secret").toString())
        .doesNotContain("secret");
  }

  @Test
  void anAnswerComesBackAsItWasWritten() throws MessageException {
    AnswerMessage answer =
        new AnswerMessage(
            job(),
            Optional.of("why?"),
            "a\u0000b \uD83D\uDE00 \u2028",
            "stop",
            new AnswerMessage.Tokens(3, 144, 5),
            new AnswerMessage.Seconds(0, 0.1, 1e-9),
            new AnswerMessage.Model(
                "small", new ModelIdentity("abc", "fastv:layer=2,keep=144", "int8")),
            Instant.parse("2026-11-21T10:00:00.123456Z"),
            Map.of("ü \"x\"", -0.125, "", -1e-300),
            2,
            Optional.of(new ReusedFrom("night 1", "a/1")));
    assertThat(AnswerMessage.parse(answer.toJson(), MessageHeaders.NONE)).isEqualTo(answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", \"compression\": null, \"weight_format\": null, \"later\": 1"})
  void anAnswerOfAnOlderProgramHasNoCompressionAndPlainWeights(String more)
      throws MessageException {
    String json =
        """
        {"custom_id": "a", "run": "r", "sequence": 1, "text": "so", "finish_reason": "stop",
         "tokens": {"prompt": 1, "vision": 144, "generated": 2},
         "seconds": {"queue": 0, "prefill": 0, "decode": 0},
         "model": {"name": "m", "fingerprint": "f"%s}, "answered_at": "2026-01-31T23:59:59Z"}
        """
            .formatted(more);

    assertThat(AnswerMessage.parse(bytes(json), MessageHeaders.NONE).model())
        .isEqualTo(new AnswerMessage.Model("m", new ModelIdentity("f", "none", "plain")));
  }

  @Test
  void aFailureComesBackAsItWasWritten() throws MessageException {
    FailureMessage failure =
        new FailureMessage(job(), "image", "IMAGE_DECODE", "damaged", 2, Instant.EPOCH, 3);
    assertThat(FailureMessage.parse(failure.toJson(), MessageHeaders.NONE)).isEqualTo(failure);
  }

  @Test
  void aTriggerComesBackAsItWasWritten() throws MessageException {
    for (RunTriggerMessage.Source source :
        List.of(
            new RunTriggerMessage.ExistingRun(),
            new RunTriggerMessage.Questions("q.jsonl", Optional.of("images")),
            new RunTriggerMessage.TopicSlice("jobs", true, OptionalLong.empty()),
            new RunTriggerMessage.TopicSlice("jobs", false, OptionalLong.of(5)))) {
      RunTriggerMessage trigger = new RunTriggerMessage("r", source, OptionalLong.of(7));
      assertThat(RunTriggerMessage.parse(trigger.toJson(), MessageHeaders.NONE)).isEqualTo(trigger);
    }
    RunTriggerMessage timed =
        new RunTriggerMessage(
            "r",
            new RunTriggerMessage.ExistingRun(),
            OptionalLong.empty(),
            Optional.of(Duration.ofMinutes(2)));
    assertThat(RunTriggerMessage.parse(timed.toJson(), MessageHeaders.NONE)).isEqualTo(timed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"run\":\"r\",\"topics\":{\"name\":\"t\"}} | topics | run, questions, topic, limit",
        "{\"run\":\"r\",\"topic\":{\"name\":\"t\",\"untill_end\":true,\"max_jobs\":9}} | topic.untill_end | name, until_end, max_jobs",
        "{\"run\":\"r\",\"questions\":{\"file\":\"f\",\"folder\":\"i\"}} | questions.folder | file, images",
        "{\"run\":\"r\",\"time_limit\":null} | time_limit | time_limit_seconds"
      })
  void aTriggerHasNoFieldThatIsNotKnown(String json, String field, String known) {
    MessageException refused =
        catchThrowableOfType(
            MessageException.class,
            () ->
                RunTriggerMessage.parse(
                    json.getBytes(StandardCharsets.UTF_8), MessageHeaders.NONE));
    assertThat(refused.code()).isEqualTo(MessageErrorCode.MESSAGE_FIELD_UNKNOWN);
    assertThat(refused).hasMessageStartingWith(field + " is not known").hasMessageContaining(known);
  }

  @Test
  void unknownFieldsAreKeptOutOfTheWay() throws MessageException {
    String more = SMALL.replace("}", ", \"x\": {\"custom_id\": [1, {}]}, \"prompt2\": 7}");
    assertThat(parse(more)).isEqualTo(parse(SMALL));
  }

  @ParameterizedTest
  @CsvSource({
    "max_new_token, max_new_tokens",
    "temprature, temperature",
    "max_tokens, max_new_tokens",
    "top_k, cannot be carried out",
    "images, image",
  })
  void aSettingThatIsNotKnownIsRefused(String name, String why) {
    MessageException refusal = refusal(with(name, "5"));

    assertThat(refusal.code()).isEqualTo(MessageErrorCode.MESSAGE_FIELD_INVALID);
    assertThat(refusal).hasMessageStartingWith(name + " ").hasMessageContaining(why);
    assertThat(refusal.customId()).contains("a");
  }

  @Test
  void aSettingThatIsNotKnownMayBeNull() throws MessageException {
    byte[] json = with("temprature", "null");
    assertThat(ImageJobMessage.parse(json, MessageHeaders.NONE)).isEqualTo(parse(SMALL));
  }

  @ParameterizedTest
  @CsvSource({"temperature, 1e-30", "temperature, 1e30", "top_p, 1e-320", "seed, 1e19"})
  void settingsOutOfRangeAreRefusedWithTheRange(String name, String value) {
    assertThat(refusal(with(name, value)))
        .hasMessageStartingWith(name + " is ")
        .hasMessageContaining(": it must be ");
  }

  @Test
  void nothingOfTheParserShowsInARefusal() {
    assertThat(refusal(with("seed", "NaN"))).hasMessageContaining("NaN is not JSON: write null");
    assertThat(refusal((SMALL + "{}").getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("something follows");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "{",
        "[]",
        "7",
        "null",
        "{\"custom_id\": \"a\", \"prompt\": \"p\"} x",
        "{\"custom_id\": \"a\", \"prompt\": \"p\"}{}",
        "{\"custom_id\": \"a\", \"custom_id\": \"a\", \"prompt\": \"p\"}",
        "{\"custom_id\": \"a\", \"prompt\": \"p\", \"x\": {\"y\": 1, \"y\": 1}}",
        "{\"custom_id\": \"a\", \"prompt\": \"p\", \"seed\": NaN}",
        "{\"custom_id\": \"a\", \"prompt\": \"p\", \"seed\": Infinity}",
        "{\"custom_id\": \"a\", \"prompt\": \"p\", \"seed\": 007}",
        "{\"custom_id\": 'a', \"prompt\": \"p\"}",
        "{\"custom_id\": \"a\tb\", \"prompt\": \"p\"}",
        "\uFEFF{\"custom_id\": \"a\", \"prompt\": \"p\"}",
        "{\"custom_id\": \"a\", \"prompt\": \"p\", \"seed\": 1e99999999999}"
      })
  void whatIsNoJsonObjectIsRefused(String json) {
    assertThat(refusal(json.getBytes(StandardCharsets.UTF_8)).code())
        .isEqualTo(MessageErrorCode.MESSAGE_JSON);
  }

  @Test
  void aHugeNumberCostsNothing() {
    long started = System.nanoTime();
    for (String number : List.of("1e999999999", "-1e999999999", "1e-999999999", "1e2147483647")) {
      for (String field : List.of("seed", "max_new_tokens")) {
        assertThat(refusal(with(field, number)).code())
            .isEqualTo(MessageErrorCode.MESSAGE_FIELD_INVALID);
      }
    }
    assertThat(System.nanoTime() - started).isLessThan(2_000_000_000L);
  }

  @Test
  void deepNestingAndLongNumbersAreRefused() {
    assertThat(refusal(with("x", "[".repeat(100_000) + "]".repeat(100_000))).code())
        .isEqualTo(MessageErrorCode.MESSAGE_JSON);
    assertThat(refusal(with("seed", "1".repeat(100_000))).code())
        .isEqualTo(MessageErrorCode.MESSAGE_JSON);
  }

  @Test
  void noDamageToAMessageIsMoreThanARefusal() {
    byte[] whole =
        ("{\"custom_id\":\"a\",\"prompt\":\"p\\u00e4\",\"image\":{\"bytes\":\"AAAA\"},\"seed\":-12e2,"
                + "\"top_p\":0.5,\"stop\":[\"x\"],\"question_id\":1.5e3,\"max_new_tokens\":7}")
            .getBytes(StandardCharsets.UTF_8);
    byte[] alphabet =
        "0123456789eE+-.,:\"\\{}[]nulltruefalse \u0000\u00ff".getBytes(StandardCharsets.ISO_8859_1);
    Random random = new Random(1);
    int accepted = 0;
    for (int round = 0; round < 30_000; round++) {
      byte[] damaged = whole.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        damaged[random.nextInt(damaged.length)] = alphabet[random.nextInt(alphabet.length)];
      }
      try {
        ImageJobMessage.parse(damaged, MessageHeaders.NONE);
        accepted++;
      } catch (MessageException e) {
        assertThat(e.getMessage()).hasLineCount(1);
      }
    }
    assertThat(accepted).isBetween(100, 29_000);
  }

  @Test
  void whatIsNotUtf8IsRefused() {
    for (byte[] bytes :
        List.of(
            SMALL.getBytes(StandardCharsets.UTF_16),
            SMALL.getBytes(StandardCharsets.UTF_16LE),
            SMALL.replace("why?", "größe").getBytes(StandardCharsets.ISO_8859_1),
            new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'})) {
      assertThat(refusal(bytes).code())
          .isIn(MessageErrorCode.MESSAGE_ENCODING, MessageErrorCode.MESSAGE_JSON);
    }
    assertThat(refusal(SMALL.replace("why?", "größe").getBytes(StandardCharsets.ISO_8859_1)).code())
        .isEqualTo(MessageErrorCode.MESSAGE_ENCODING);
  }

  @Test
  void aMarkOfDeletionIsRefused() {
    assertThat(refusal(null).code()).isEqualTo(MessageErrorCode.MESSAGE_EMPTY);
    assertThat(refusal(new byte[0]).code()).isEqualTo(MessageErrorCode.MESSAGE_EMPTY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|custom_id is missing: it must be a text of 1 to 500 characters, without NUL and lone surrogates",
        "{\"custom_id\": \"a\"}|prompt is missing: it must be a text, not empty, without NUL and lone surrogates",
        "{\"custom_id\": \"a\", \"prompt\": [\"p\"]}|prompt is a list: it must be a text, not empty, without NUL and lone surrogates",
        "{\"custom_id\": \"a\", \"prompt\": \"p\", \"top_p\": 1.5}|top_p is 1.5: it must be a number from 1e-30 to 1",
        "{\"custom_id\": \"a\", \"prompt\": \"p\", \"image\": {}}|image has none of path, url and bytes: give exactly one, or leave image out of a text-only job",
        "{\"custom_id\": \"a\", \"prompt\": \"p\", \"image\": {\"url\": \"x\\ny\"}}|image.url is \"x\uFFFDy\": it must be an address that begins with http://, https:// or s3://, without spaces",
      })
  void aReasonNamesTheFieldAndTheCure(String json, String reason) {
    assertThat(refusal(json.getBytes(StandardCharsets.UTF_8)).getMessage()).isEqualTo(reason);
  }

  @Test
  void aRefusalTellsTheIdIfItCouldBeRead() {
    assertThat(refusal(with("top_p", "2")).customId()).contains("a");
    assertThat(refusal("{\"custom_id\": 7}".getBytes(StandardCharsets.UTF_8)).customId()).isEmpty();
  }

  @Test
  void aMessageWithoutTheHeaderIsOfVersionOne() throws MessageException {
    assertThat(ImageJobMessage.parse(bytes(SMALL), MessageType.IMAGE_JOB.headers(Optional.empty())))
        .isEqualTo(parse(SMALL));
  }

  @ParameterizedTest
  @CsvSource({
    "image-job/2, this program reads up to image-job/1: upgrade it",
    "answer/1, but here image-job/1 is expected",
    "image-job, is not a kind and a version",
    "image-job/0, is not a kind and a version",
    "'', is not a kind and a version"
  })
  void anotherSchemaIsThatMessagesFailure(String schema, String reason) {
    MessageHeaders headers = MessageHeaders.NONE.with(MessageHeaders.SCHEMA, schema);
    MessageException refusal =
        catchThrowableOfType(
            MessageException.class, () -> ImageJobMessage.parse(bytes(SMALL), headers));
    assertThat(refusal.code()).isEqualTo(MessageErrorCode.MESSAGE_SCHEMA);
    assertThat(refusal).hasMessageContaining(reason);
  }

  @Test
  void theLastHeaderOfANameCounts() throws MessageException {
    MessageHeaders headers =
        MessageHeaders.NONE
            .with(MessageHeaders.SCHEMA, "image-job/9")
            .with(MessageHeaders.SCHEMA, "image-job/1");
    assertThat(ImageJobMessage.parse(bytes(SMALL), headers)).isEqualTo(parse(SMALL));
    assertThat(MessageType.of(headers)).contains(MessageType.IMAGE_JOB);
  }

  @Test
  void aTraceGoesFromHeadersToHeaders() {
    String w3c = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    MessageHeaders traced =
        MessageHeaders.NONE
            .with(MessageHeaders.TRACE_ID, "own")
            .with(MessageHeaders.TRACEPARENT, w3c);
    assertThat(traced.trace()).contains(w3c);
    MessageHeaders outgoing = MessageType.ANSWER.headers(traced.trace());
    assertThat(outgoing.text(MessageHeaders.TRACEPARENT)).contains(w3c);
    assertThat(outgoing.text(MessageHeaders.TRACE_ID)).contains("0af7651916cd43dd8448eb211c80319c");

    MessageHeaders own = MessageHeaders.NONE.with(MessageHeaders.TRACE_ID, "order 7");
    assertThat(MessageType.ANSWER.headers(own.trace()).trace()).contains("order 7");
    assertThat(MessageType.ANSWER.headers(own.trace()).has(MessageHeaders.TRACEPARENT)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "nonsense"
      })
  void aBrokenTraceparentIsPassedOver(String broken) {
    assertThat(MessageHeaders.NONE.with(MessageHeaders.TRACEPARENT, broken).trace()).isEmpty();
  }

  @Test
  void aTraceIdThatWouldBreakALogIsPassedOver() {
    for (String id : List.of("", " ", "a\nb", "x".repeat(201))) {
      assertThat(MessageHeaders.NONE.with(MessageHeaders.TRACE_ID, id).trace()).isEmpty();
    }
  }

  private static JobIdentity job() {
    return new JobIdentity(
        "a", "r", Long.MAX_VALUE, Optional.of("\"7\""), Optional.of("c"), Optional.of("a.png"));
  }

  private static byte[] with(String field, String value) {
    return bytes(SMALL.replace("}", ", \"" + field + "\": " + value + "}"));
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static ImageJobMessage parse(String json) throws MessageException {
    return ImageJobMessage.parse(bytes(json), MessageHeaders.NONE);
  }

  private static MessageException refusal(byte[] value) {
    return catchThrowableOfType(
        MessageException.class, () -> ImageJobMessage.parse(value, MessageHeaders.NONE));
  }
}
