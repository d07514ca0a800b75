package org.stfbatch.job.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.stfbatch.base.JsonDefect;
import org.stfbatch.base.PenaltyRange;
import org.stfbatch.base.PenaltySettings;
import org.stfbatch.base.SamplingRange;
import org.stfbatch.base.SettingNames;
import org.stfbatch.base.Shortened;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.db.StoredText;
import org.stfbatch.engine.Stage;

/**
 * Parser of LLaVA's question lines: a JSON object with {@code question_id} (a number or a string),
 * {@code text}, and optionally {@code image} and {@code category}. Beyond the original, a line may
 * set its own {@code max_new_tokens}, {@code temperature}, {@code top_p}, {@code seed}, {@code
 * stop}, {@code choices} and penalties against repetition. Other fields are ignored, unless their
 * name looks like a setting. {@code NaN}, which Python writes for empty cells, counts as null.
 *
 * <p>A line that cannot be used becomes a failed job whose message names the line's number.
 */
final class QuestionLineParser implements LineParser {
  /** The failure code of a line that is no question. */
  static final String QUESTION_LINE = "QUESTION_LINE";

  /** A single string, such as a data URI, may be as long as its line. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(QuestionFileReader.MAX_LINE_BYTES)
                  .build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** The most field names to cache, so that the usual fields of lines are checked only once. */
  private static final int MOST_NAMES = 1000;

  private final long sourceId;
  private final CustomIds ids;
  private final Function<Line, String> names;
  private final Set<String> harmless = new HashSet<>();

  QuestionLineParser(long sourceId, CustomIds ids) {
    this(sourceId, ids, line -> "line " + line.number());
  }

  /**
   * @param names names a line in messages
   */
  QuestionLineParser(long sourceId, CustomIds ids, Function<Line, String> names) {
    this.sourceId = sourceId;
    this.ids = ids;
    this.names = names;
  }

  @Override
  public NewImageJob parse(Line line) {
    Fields fields = new Fields();
    try {
      if (line.overlong()) {
        throw new BadLine("it is longer than " + QuestionFileReader.MAX_LINE_BYTES + " bytes");
      }
      read(line.bytes(), fields);
      requireNoSettingIn(fields);
      require(
          !fields.others.contains("answer_id"),
          "it is an answer, since it has answer_id: ingest the questions");
      require(fields.questionId != null, "it has no question_id");
      require(fields.text != null, "it has no text");
      return NewImageJob.toAnswer(
          ids.ofLine(line), OptionalLong.of(sourceId), fields.prompt(), fields.settings());
    } catch (BadLine | IllegalArgumentException e) {
      return rejected(line, fields, e.getMessage());
    } catch (JsonProcessingException e) {
      return rejected(line, fields, "it is not JSON: " + JsonDefect.of(e));
    } catch (CharacterCodingException e) {
      return rejected(line, fields, "it is not UTF-8");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public NewImageJob unusable(Line line, String why) {
    return rejected(line, new Fields(), why);
  }

  private NewImageJob rejected(Line line, Fields fields, String why) {
    String message = names.apply(line) + " is no question line: " + why;
    return NewImageJob.rejected(
        ids.ofLine(line),
        OptionalLong.of(sourceId),
        fields.readablePrompt(),
        new JobFailure(Stage.INGEST.stored(), QUESTION_LINE, message, 1));
  }

  /**
   * Verifies that no unknown field looks like a setting. A name is first checked alone, because a
   * name that is harmless alone is harmless with all other fields, and can be cached.
   */
  private void requireNoSettingIn(Fields fields) throws BadLine {
    for (String name : fields.others) {
      if (harmless.contains(name)) {
        continue;
      }
      if (SettingNames.complaint(name, Set.of()).isEmpty()) {
        remember(name);
        continue;
      }
      Optional<String> complaint = SettingNames.complaint(name, fields.known);
      if (complaint.isPresent()) {
        throw new BadLine("its " + Shortened.given(name) + " " + complaint.get());
      }
    }
  }

  private void remember(String name) {
    if (harmless.size() < MOST_NAMES) {
      harmless.add(name);
    }
  }

  /**
   * Parses a line. It decodes UTF-8 itself, because from bytes the parser would also detect UTF-16
   * and UTF-32.
   */
  private static void read(byte[] json, Fields fields) throws IOException, BadLine {
    CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
    try (JsonParser parser = JSON.createParser(text.array(), 0, text.length())) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "it is not a JSON object");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        readField(name, parser, fields);
      }
      require(parser.nextToken() == null, "something follows its JSON object");
    }
  }

  private static void readField(String name, JsonParser parser, Fields fields)
      throws IOException, BadLine {
    boolean absent = isAbsent(parser);
    if (!absent) {
      (QuestionCells.COLUMNS.contains(name) ? fields.known : fields.others).add(name);
    }
    switch (name) {
      case "question_id" -> fields.questionId = questionId(parser);
      case "text" -> fields.text = string(name, parser);
      case "image" -> fields.image = absent ? null : image(parser);
      case "category" -> fields.category = absent ? null : scalar(name, parser);
      case "max_new_tokens" ->
          fields.maxNewTokens =
              absent ? OptionalInt.empty() : OptionalInt.of(integer(name, parser));
      case "temperature" ->
          fields.temperature =
              absent
                  ? OptionalDouble.empty()
                  : OptionalDouble.of(
                      SamplingRange.temperature("its " + name, number(name, parser)));
      case "top_p" ->
          fields.topP =
              absent
                  ? OptionalDouble.empty()
                  : OptionalDouble.of(SamplingRange.topP("its " + name, number(name, parser)));
      case "seed" ->
          fields.seed = absent ? OptionalLong.empty() : OptionalLong.of(longInteger(name, parser));
      case "stop" -> fields.stop = absent ? Optional.empty() : Optional.of(stop(name, parser));
      case "choices" ->
          fields.choices = absent ? Optional.empty() : Optional.of(choices(name, parser));
      case "repetition_penalty" ->
          fields.repetitionPenalty = penalty(name, parser, PenaltyRange::repetition);
      case "no_repeat_ngram_size" -> fields.noRepeatNgramSize = ngramSize(name, parser);
      case "presence_penalty" ->
          fields.presencePenalty = penalty(name, parser, PenaltyRange::subtracted);
      case "frequency_penalty" ->
          fields.frequencyPenalty = penalty(name, parser, PenaltyRange::subtracted);
      default -> parser.skipChildren();
    }
  }

  private static boolean isAbsent(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return token == JsonToken.VALUE_NULL
        || token == JsonToken.VALUE_NUMBER_FLOAT && parser.getText().equals("NaN");
  }

  /** Returns the id as JSON text, so that 7, 7.0 and "7" are kept as they were. */
  private static String questionId(JsonParser parser) throws IOException, BadLine {
    JsonToken token = parser.currentToken();
    require(
        token == JsonToken.VALUE_STRING || token.isNumeric() && !parser.isNaN(),
        "its question_id is neither a number nor a string");
    return token.isNumeric() ? parser.getText() : quoted(parser.getText());
  }

  private static String quoted(String text) {
    return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  private static String image(JsonParser parser) throws IOException, BadLine {
    String image = string("image", parser);
    require(!image.isBlank(), "its image is empty: leave image out of a text-only question");
    return image;
  }

  private static String scalar(String name, JsonParser parser) throws IOException, BadLine {
    require(parser.currentToken().isScalarValue(), "its " + name + " is not a string");
    return parser.getText();
  }

  private static String string(String name, JsonParser parser) throws IOException, BadLine {
    require(parser.currentToken() == JsonToken.VALUE_STRING, "its " + name + " is not a string");
    return parser.getText();
  }

  private static int integer(String name, JsonParser parser) throws IOException, BadLine {
    long value = wholeNumber(name, parser, Integer.MAX_VALUE);
    require(value > 0, "its " + name + " must be 1 to " + Integer.MAX_VALUE);
    return (int) value;
  }

  private static long longInteger(String name, JsonParser parser) throws IOException, BadLine {
    return wholeNumber(name, parser, Long.MAX_VALUE);
  }

  private static long wholeNumber(String name, JsonParser parser, long most)
      throws IOException, BadLine {
    require(
        parser.currentToken() == JsonToken.VALUE_NUMBER_INT,
        "its " + name + " is not a whole number");
    BigInteger value = parser.getBigIntegerValue();
    require(
        value.bitLength() < Long.SIZE && value.longValue() <= most,
        "its " + name + " is too large: it must be at most " + most);
    return value.longValue();
  }

  private static double number(String name, JsonParser parser) throws IOException, BadLine {
    require(parser.currentToken().isNumeric(), "its " + name + " is not a number");
    return parser.getDoubleValue();
  }

  private static OptionalDouble penalty(String name, JsonParser parser, Range range)
      throws IOException, BadLine {
    return isAbsent(parser)
        ? OptionalDouble.empty()
        : OptionalDouble.of(range.require("its " + name, number(name, parser)));
  }

  private static OptionalInt ngramSize(String name, JsonParser parser) throws IOException, BadLine {
    return isAbsent(parser)
        ? OptionalInt.empty()
        : OptionalInt.of(
            PenaltyRange.ngramSize("its " + name, wholeNumber(name, parser, Integer.MAX_VALUE)));
  }

  /** Range check that returns the value. */
  private interface Range {
    double require(String name, double value);
  }

  private static List<String> strings(String name, JsonParser parser) throws IOException, BadLine {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return List.of(parser.getText());
    }
    require(
        parser.currentToken() == JsonToken.START_ARRAY,
        "its " + name + " is neither a string nor a list");
    List<String> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(string(name, parser));
    }
    return values;
  }

  private static List<String> stop(String name, JsonParser parser) throws IOException, BadLine {
    List<String> texts = strings(name, parser);
    require(texts.stream().noneMatch(String::isEmpty), "its " + name + " holds an empty text");
    return texts;
  }

  private static ChoiceTexts choices(String name, JsonParser parser) throws IOException, BadLine {
    return parser.currentToken() == JsonToken.VALUE_STRING
        ? ChoiceNotation.parse(parser.getText())
        : new ChoiceTexts(strings(name, parser));
  }

  private static void require(boolean condition, String complaint) throws BadLine {
    if (!condition) {
      throw new BadLine(complaint);
    }
  }

  /** An unusable line. The message is the end of a sentence about it. */
  private static final class BadLine extends Exception {
    BadLine(String complaint) {
      super(complaint);
    }
  }

  /** The fields of a line that have been read so far. */
  private static final class Fields {
    private final Set<String> known = new HashSet<>();
    private final List<String> others = new ArrayList<>();
    private String questionId;
    private String text;
    private String image;
    private String category;
    private OptionalInt maxNewTokens = OptionalInt.empty();
    private OptionalDouble temperature = OptionalDouble.empty();
    private OptionalDouble topP = OptionalDouble.empty();
    private OptionalLong seed = OptionalLong.empty();
    private Optional<List<String>> stop = Optional.empty();
    private Optional<ChoiceTexts> choices = Optional.empty();
    private OptionalDouble repetitionPenalty = OptionalDouble.empty();
    private OptionalInt noRepeatNgramSize = OptionalInt.empty();
    private OptionalDouble presencePenalty = OptionalDouble.empty();
    private OptionalDouble frequencyPenalty = OptionalDouble.empty();

    private ImagePrompt prompt() {
      return new ImagePrompt(
          Optional.of(questionId), Optional.ofNullable(category), Optional.ofNullable(image), text);
    }

    private JobSettings settings() {
      PenaltySettings penalties =
          new PenaltySettings(
              repetitionPenalty, noRepeatNgramSize, presencePenalty, frequencyPenalty);
      return new JobSettings(maxNewTokens, temperature, topP, seed, stop, choices, penalties);
    }

    private ImagePrompt readablePrompt() {
      return new ImagePrompt(
          readable(questionId), readable(category), readable(image), readable(text).orElse(""));
    }

    private static Optional<String> readable(String value) {
      return Optional.ofNullable(value).map(StoredText::readable);
    }
  }
}
