package org.stfbatch.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.stfbatch.evaluation.python.PythonValue;

/**
 * Existing file of a data set.
 *
 * @param path of the file
 * @param origin where to get it again
 */
record FoundFile(Path path, String origin) {

  /** Consumer of lines. */
  interface LineConsumer {
    /**
     * @param number from 1
     */
    void accept(long number, String line);
  }

  /** Consumer of lines that are JSON. */
  interface ObjectConsumer {
    /**
     * @param number from 1
     */
    void accept(long number, JsonNode object);
  }

  /** Returns the whole file as one JSON value. */
  JsonNode json() {
    try (BufferedReader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      return Json.parse(reader);
    } catch (JsonProcessingException e) {
      throw damaged("line " + lineOf(e) + " is not JSON (" + Json.reason(e) + ")", e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static long lineOf(JsonProcessingException error) {
    return error.getLocation() == null ? 1 : error.getLocation().getLineNr();
  }

  /** Passes every line as a JSON value. */
  void objects(ObjectConsumer consumer) {
    lines(
        (number, line) -> {
          try {
            consumer.accept(number, Json.parse(line));
          } catch (JsonProcessingException e) {
            throw damaged("line " + number + " is not JSON (" + Json.reason(e) + ")", e);
          }
        });
  }

  /** Passes every line. Lines end with a line feed, a carriage return or both. */
  void lines(LineConsumer consumer) {
    try (BufferedReader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      long number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        consumer.accept(++number, line);
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  BenchmarkException unreadable(IOException error) {
    return error instanceof CharacterCodingException
        ? damaged("it is not UTF-8 text", error)
        : new BenchmarkException(
            "%s cannot be read (%s)".formatted(path, error.getMessage()), error);
  }

  BenchmarkException damaged(String why) {
    return damaged(why, null);
  }

  BenchmarkException damaged(String why, Exception cause) {
    return new BenchmarkException(
        "%s is damaged: %s; it comes from %s".formatted(path, why, origin), cause);
  }

  /** Returns the string in a field of an object. */
  String text(JsonNode object, String field, String where) {
    JsonNode value = object.path(field);
    if (!value.isTextual()) {
      throw damaged(where + " has no text in \"" + field + "\"");
    }
    return value.textValue();
  }

  /** Returns the value in a field of an object, of any type. */
  JsonNode value(JsonNode object, String field, String where) {
    JsonNode value = object.path(field);
    if (value.isMissingNode()) {
      throw damaged(where + " has no \"" + field + "\"");
    }
    return value;
  }

  /** Returns the lookup key in a field of an object. */
  QuestionId key(JsonNode object, String field, String where) {
    JsonNode value = value(object, field, where);
    return QuestionId.key(value)
        .orElseThrow(
            () ->
                damaged(
                    "%s has %s in \"%s\", which cannot be a key"
                        .formatted(where, PythonValue.kind(value), field)));
  }

  /** Returns the id in a field of an object. */
  QuestionId id(JsonNode object, String field, String where) {
    return QuestionId.of(object.path(field))
        .orElseThrow(() -> damaged(where + " has no number or text in \"" + field + "\""));
  }
}
