package org.stfbatch.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.stfbatch.base.JsonDefect;

/**
 * Reader of LLaVA's training data: a JSON array of objects with {@code id}, {@code image} (absent
 * without an image) and {@code conversations}, a list of {@code from} ({@code human} or {@code
 * gpt}) and {@code value}. An object without these fields stops LLaVA's trainer at its start, so
 * the whole file is refused; whether a conversation can be trained on is reported sample by sample.
 */
public final class SampleFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final List<Sample> samples = new ArrayList<>();

  private SampleFile(Path file) {
    this.file = file;
  }

  /**
   * @throws TrainingDataException if the file or a sample cannot be used; the message names it
   */
  public static List<Sample> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new TrainingDataException("there is no training data at " + file + ": check --data");
    }
    return new SampleFile(file).read();
  }

  private List<Sample> read() {
    try (MappingIterator<JsonNode> nodes =
        JSON.readerFor(JsonNode.class).readValues(file.toFile())) {
      while (nodes.hasNextValue()) {
        samples.add(sample(nodes.nextValue()));
      }
    } catch (JsonProcessingException e) {
      throw new TrainingDataException(
          "%s is not valid JSON after sample %d (%s, line %d): correct it there"
              .formatted(
                  file,
                  samples.size() - 1,
                  JsonDefect.of(e),
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw new TrainingDataException(file + " cannot be read: " + e.getMessage(), e);
    }
    if (samples.isEmpty()) {
      throw new TrainingDataException(file + " holds no samples: give a JSON array of them");
    }
    return samples;
  }

  private Sample sample(JsonNode node) {
    if (!node.isObject()) {
      throw malformed("", "is no object: give it id, image and conversations");
    }
    JsonNode idNode = node.path("id");
    String id = idNode.isValueNode() && !idNode.isNull() ? idNode.asText() : "";
    JsonNode conversations = node.path("conversations");
    if (!conversations.isArray()) {
      throw malformed(id, "has no conversations: give a list of turns");
    }
    List<Turn> turns = new ArrayList<>();
    for (JsonNode turn : conversations) {
      turns.add(turn(id, turns.size(), turn));
    }
    return new Sample(samples.size(), id, image(id, node.path("image")), turns);
  }

  private Optional<String> image(String id, JsonNode image) {
    if (image.isMissingNode() || image.isNull()) {
      return Optional.empty();
    }
    if (!image.isTextual() || image.asText().isBlank()) {
      throw malformed(
          id, "has an image that is no file name: give one, or leave it out for a text");
    }
    return Optional.of(image.asText());
  }

  private Turn turn(String id, int number, JsonNode turn) {
    JsonNode value = turn.path("value");
    if (!value.isTextual()) {
      throw malformed(id, "has no text (value) in turn " + number + ": give it one");
    }
    Speaker speaker =
        switch (turn.path("from").asText("")) {
          case "human" -> Speaker.HUMAN;
          case "gpt" -> Speaker.GPT;
          default -> Speaker.OTHER;
        };
    return new Turn(speaker, value.asText());
  }

  private TrainingDataException malformed(String id, String problem) {
    String name = new Sample(samples.size(), id, Optional.empty(), List.of()).name();
    return new TrainingDataException(file + ": " + name + " " + problem);
  }
}
