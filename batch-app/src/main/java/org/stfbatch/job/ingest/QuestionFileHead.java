package org.stfbatch.job.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.stfbatch.base.Shortened;
import org.stfbatch.job.InputException;

/**
 * The beginning of a question file, used to verify its format. Without this check, every line of a
 * file in another format would become a failure, and none of them would name the cause.
 */
final class QuestionFileHead {
  private static final int BYTES = 256 << 10;
  private static final int LINES = 20;
  private static final JsonFactory JSON = new JsonFactory();
  private static final String QUESTION_ID = "question_id";
  private static final String CUSTOM_ID = "custom_id";

  private final Path file;
  private final byte[] bytes;
  private final boolean whole;
  private final String text;

  private QuestionFileHead(Path file, byte[] bytes, boolean whole) {
    this.file = file;
    this.bytes = bytes;
    this.whole = whole;
    String decoded = new String(bytes, StandardCharsets.UTF_8);
    this.text = decoded.startsWith("\uFEFF") ? decoded.substring(1) : decoded;
  }

  /**
   * Opens a file or pipe without a channel, because a channel would query the position, which a
   * pipe does not have.
   */
  static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(new FileInputStream(file.toFile()));
  }

  /**
   * Reads the beginning of a file.
   *
   * @param in at the file's beginning, where it is reset to; supports marks
   */
  static QuestionFileHead of(Path file, InputStream in) throws IOException {
    return of(file, in, Files.isRegularFile(file));
  }

  /**
   * Reads the beginning of a file.
   *
   * @param ends whether the bytes that are available at once may be the whole file; a pipe may
   *     deliver more later, and is not waited for
   */
  static QuestionFileHead of(Path file, InputStream in, boolean ends) throws IOException {
    in.mark(BYTES + 1);
    byte[] bytes = new byte[BYTES];
    int length = Math.max(0, in.read(bytes));
    in.reset();
    return new QuestionFileHead(file, Arrays.copyOf(bytes, length), ends && length < BYTES);
  }

  /**
   * Verifies that the file holds JSON lines.
   *
   * @throws InputException if these are no JSON lines in UTF-8
   */
  void requireLines() {
    requireText();
    char first = firstCharacter();
    if (first == '[') {
      requireNoArray();
    } else if (first == '{') {
      requireNoSingleObject();
    } else if (first != 0) {
      requireSomeObject();
    }
  }

  /**
   * Verifies that the lines are not OpenAI's requests.
   *
   * @throws InputException if they are
   */
  void requireQuestions() {
    requireLines();
    if (looksLike(QuestionFileHead::isRequest, QuestionFileHead::isQuestion)) {
      throw unusable("holds request lines of OpenAI's Batch API: add --format openai");
    }
  }

  /**
   * Verifies that the lines are not LLaVA's questions.
   *
   * @throws InputException if they are
   */
  void requireRequests() {
    requireLines();
    if (looksLike(QuestionFileHead::isQuestion, QuestionFileHead::isRequest)) {
      throw unusable(
          "holds question lines, and no requests of OpenAI's Batch API: leave --format openai out");
    }
  }

  /**
   * Verifies that the file is a table.
   *
   * @throws InputException if this is no table of text in UTF-8
   */
  void requireTable() {
    requireText();
    char first = firstCharacter();
    if (first == '{' && text.stripLeading().startsWith("\"", 1) || first == '[') {
      throw unusable("holds JSON and no table: say --format llava or openai, or name it .jsonl");
    }
  }

  /**
   * Verifies that the file is a Parquet file.
   *
   * @throws InputException if it is not
   */
  void requireParquet() {
    if (FileSignature.of(bytes).equals(Optional.of(FileSignature.PARQUET))) {
      return;
    }
    requireText();
    throw unusable("is no Parquet file: --format says what it is");
  }

  private void requireText() {
    Optional<FileSignature> signature = FileSignature.of(bytes);
    if (signature.isPresent()) {
      throw unusable(signature.get().complaint());
    }
  }

  private char firstCharacter() {
    String stripped = text.stripLeading();
    return stripped.isEmpty() ? 0 : stripped.charAt(0);
  }

  /**
   * Refuses a file that is one JSON array. A single array among other lines is a failure of that
   * line only.
   */
  private void requireNoArray() {
    FirstValue value = FirstValue.of(text, whole);
    if (value.spansLines() || value.isAlone() || value.holdsObjects()) {
      throw unusable(
          "is one JSON array, and lines are expected: \"jq -c '.[]' FILE\" writes its elements as"
              + " lines");
    }
  }

  private void requireNoSingleObject() {
    FirstValue value = FirstValue.of(text, whole);
    Set<String> names = value.names();
    boolean isLine = names.contains(QUESTION_ID) || names.contains(CUSTOM_ID);
    if (value.spansLines()) {
      throw unusable(
          "holds JSON over several lines, and one object a line is expected: \"jq -c . FILE\""
              + " writes it so");
    }
    if (!isLine && value.isAlone() && value.holdsObjects()) {
      throw unusable(
          "is one JSON object with a list in it, and lines are expected: \"jq -c '.NAME[]' FILE\""
              + " writes the list's elements as lines");
    }
  }

  private void requireSomeObject() {
    List<String> lines = lines();
    if (lines.stream().anyMatch(line -> line.startsWith("{")) || !whole && lines.isEmpty()) {
      return;
    }
    String first = text.stripLeading().lines().findFirst().orElse("");
    if (first.contains(QUESTION_ID) && (first.contains(",") || first.contains("\t"))) {
      throw unusable(
          "looks like a table, and JSON lines are expected: say --format "
              + (first.contains("\t") ? "tsv" : "csv"));
    }
    if (lines.size() > 1 || !whole) {
      throw unusable(
          "holds no JSON lines: it begins with \"" + Shortened.given(first) + "\", see --format");
    }
  }

  /** Returns the first lines that are not blank; the last one may be incomplete. */
  private List<String> lines() {
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).limit(LINES).toList();
  }

  /** Recognises a line format by the names of its fields. */
  private interface LineFormat {
    boolean matches(Set<String> names);
  }

  private static boolean isRequest(Set<String> names) {
    return names.contains(CUSTOM_ID)
        && !names.contains(QUESTION_ID)
        && (names.contains("body") || names.contains("method"));
  }

  private static boolean isQuestion(Set<String> names) {
    return names.contains(QUESTION_ID) && !names.contains(CUSTOM_ID);
  }

  private boolean looksLike(LineFormat other, LineFormat expected) {
    List<Set<String>> objects = new ArrayList<>();
    for (String line : lines()) {
      if (line.startsWith("{")) {
        objects.add(FirstValue.of(line, true).names());
      }
    }
    return objects.stream().anyMatch(other::matches)
        && objects.stream().noneMatch(expected::matches);
  }

  private InputException unusable(String complaint) {
    return new InputException(file + " " + complaint);
  }

  /**
   * The first JSON value of a text, as far as it could be parsed.
   *
   * @param names of an object's fields
   * @param spansLines whether it is valid and contains a line break
   * @param isAlone whether it is complete and nothing follows
   * @param holdsObjects whether it is a list of objects, or has a field that is one
   */
  private record FirstValue(
      Set<String> names, boolean spansLines, boolean isAlone, boolean holdsObjects) {

    static FirstValue of(String text, boolean whole) {
      Set<String> names = new HashSet<>();
      boolean holdsObjects = false;
      boolean broken = false;
      boolean ended = false;
      int depth = 0;
      int lines = 0;
      int firstLine = 0;
      JsonToken before = null;
      try (JsonParser parser = JSON.createParser(text)) {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
          int line = parser.currentTokenLocation().getLineNr();
          firstLine = firstLine == 0 ? line : firstLine;
          lines = Math.max(lines, line - firstLine);
          if (token == JsonToken.FIELD_NAME && depth == 1) {
            names.add(parser.currentName());
          }
          holdsObjects |=
              token == JsonToken.START_OBJECT && before == JsonToken.START_ARRAY && depth <= 2;
          depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
          before = token;
          if (depth == 0) {
            ended = true;
            break;
          }
        }
        ended = ended && whole && !follows(text, parser);
      } catch (IOException e) {
        // A defect of a line is reported when the line is read. Here the text may simply be cut
        // off.
        broken = whole || !e.getMessage().contains("end-of-input");
      }
      return new FirstValue(names, lines > 0 && !broken, ended, holdsObjects);
    }

    private static boolean follows(String text, JsonParser parser) {
      return !text.substring((int) parser.currentLocation().getCharOffset()).isBlank();
    }
  }
}
