package org.stfbatch.job.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.stfbatch.base.SettingNames;
import org.stfbatch.base.Shortened;
import org.stfbatch.job.InputException;

/**
 * Converts a table row to the equivalent question line, so that only the line parser interprets
 * questions. Empty cells are left out.
 */
final class QuestionCells {
  /** The columns that are fields of a question line. */
  static final Set<String> COLUMNS =
      Set.of(
          "question_id",
          "text",
          "image",
          "category",
          "max_new_tokens",
          "temperature",
          "top_p",
          "seed",
          "stop",
          "choices",
          "repetition_penalty",
          "no_repeat_ngram_size",
          "presence_penalty",
          "frequency_penalty");

  private static final Set<String> NUMBERS =
      Set.of(
          "question_id",
          "max_new_tokens",
          "temperature",
          "top_p",
          "seed",
          "repetition_penalty",
          "no_repeat_ngram_size",
          "presence_penalty",
          "frequency_penalty");

  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");

  private static final Set<String> WHOLE_NUMBERS =
      Set.of("max_new_tokens", "seed", "no_repeat_ngram_size");
  private static final Pattern WHOLE = Pattern.compile("(-?\\d+)\\.0*");

  /** The columns whose cells may be lists of texts. */
  static final Set<String> LISTS = Set.of("stop", "choices");

  private static final Pattern LIST = Pattern.compile("(?s)\\s*\\[.*\\]\\s*");
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Verifies that no unknown column looks like a setting.
   *
   * @param columns of the table
   * @throws InputException if one does: its cells would have no effect
   */
  static void requireNoSettingIn(Path file, List<String> columns) {
    for (String column : columns) {
      if (!COLUMNS.contains(column)) {
        SettingNames.complaint(column, columns)
            .ifPresent(
                complaint -> {
                  throw new InputException(
                      "the column %s of %s %s".formatted(Shortened.given(column), file, complaint));
                });
      }
    }
  }

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final JsonGenerator json;

  QuestionCells() {
    try {
      json = JSON.createGenerator(bytes);
      json.writeStartObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Adds a text cell: as a number in a numeric column if it looks like one, as a list in a column
   * of stop texts or choices if it is a JSON list, else as text.
   */
  QuestionCells add(String column, String cell) {
    if (cell == null || cell.isEmpty() || !COLUMNS.contains(column)) {
      return this;
    }
    String number = withoutFraction(column, cell);
    boolean isJson =
        NUMBERS.contains(column) && NUMBER.matcher(number).matches()
            || LISTS.contains(column) && LIST.matcher(cell).matches();
    return isJson ? addJson(column, number) : addText(column, cell);
  }

  /** Adds a text. */
  QuestionCells addText(String column, String text) {
    return written(column, () -> json.writeString(text));
  }

  /** Adds a number. NaN, which pandas writes for a missing value, is left out. */
  QuestionCells addNumber(String column, Number number) {
    if (Double.isNaN(number.doubleValue())) {
      return this;
    }
    String text =
        withoutFraction(
            column, number instanceof BigDecimal exact ? exact.toPlainString() : number.toString());
    return NUMBER.matcher(text).matches() ? addJson(column, text) : addText(column, text);
  }

  /** Adds a list of texts. */
  QuestionCells addTexts(String column, List<String> texts) {
    return written(column, () -> json.writeArray(texts.toArray(String[]::new), 0, texts.size()));
  }

  private QuestionCells addJson(String column, String text) {
    return written(column, () -> json.writeRawValue(text));
  }

  private QuestionCells written(String column, Value value) {
    try {
      json.writeFieldName(column);
      value.write();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the value after a field's name. */
  private interface Value {
    void write() throws IOException;
  }

  /**
   * Removes an empty fraction from an integer setting: pandas converts an integer column with empty
   * cells to floating point.
   */
  private static String withoutFraction(String column, String cell) {
    return WHOLE_NUMBERS.contains(column) ? WHOLE.matcher(cell).replaceFirst("$1") : cell;
  }

  /**
   * Returns the question line.
   *
   * @param number the row's number, for messages and for its name
   */
  Line line(long number) {
    try {
      json.writeEndObject();
      json.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Line(number, bytes.toByteArray(), bytes.size() > QuestionFileReader.MAX_LINE_BYTES);
  }
}
