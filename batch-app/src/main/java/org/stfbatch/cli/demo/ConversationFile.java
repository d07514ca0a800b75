package org.stfbatch.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.stfbatch.job.InputException;

/** Reader of LLaVA's training JSON: an array of samples with {@code conversations}. */
final class ConversationFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ConversationFile() {}

  /** Passes on the turns of each conversation. */
  static void read(Path file, Consumer<List<String>> conversations) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InputException("there is no file " + file + ": give LLaVA's training JSON");
    }
    try (MappingIterator<JsonNode> samples =
        JSON.readerFor(JsonNode.class).readValues(file.toFile())) {
      while (samples.hasNextValue()) {
        conversations.accept(turns(samples.nextValue()));
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new InputException(file + " is not LLaVA's training JSON: " + firstLine(e), e);
    }
  }

  private static List<String> turns(JsonNode sample) {
    List<String> turns = new ArrayList<>();
    for (JsonNode turn : sample.required("conversations")) {
      turns.add(turn.required("value").asText());
    }
    return turns;
  }

  private static String firstLine(Exception e) {
    return e.getMessage().lines().findFirst().orElse("");
  }
}
