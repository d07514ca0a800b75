package org.stfbatch.cli.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.evaluation.synthetic.DrawnPicture;

/** Reads generated pictures and their questions. */
final class DrawnPictures {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_WORDS = 3;

  private DrawnPictures() {}

  /** Returns the pictures with a question that has a short answer. */
  static List<DrawnPicture> of(Path world) throws IOException {
    Map<String, String> answers = new HashMap<>();
    for (JsonNode label : lines(world.resolve("labels.jsonl"))) {
      answers.put(label.path("question_id").toString(), label.path("answer").asText());
    }
    Map<String, List<DrawnPicture.Asked>> asked = new LinkedHashMap<>();
    for (JsonNode question : lines(world.resolve("questions.jsonl"))) {
      String answer = answers.get(question.path("question_id").toString());
      String text = question.path("text").asText().lines().findFirst().orElse("");
      if (question.has("image") && isShort(answer) && text.endsWith("?")) {
        asked
            .computeIfAbsent(question.path("image").asText(), image -> new ArrayList<>())
            .add(new DrawnPicture.Asked(text, answer));
      }
    }
    List<DrawnPicture> pictures = new ArrayList<>();
    for (Map.Entry<String, List<DrawnPicture.Asked>> picture : asked.entrySet()) {
      Path image = world.resolve("images").resolve(picture.getKey());
      pictures.add(new DrawnPicture(Files.readAllBytes(image), picture.getValue()));
    }
    return pictures;
  }

  /**
   * Returns whether an answer is short; a letter answers a multiple-choice question, whose options
   * are on further lines.
   */
  private static boolean isShort(String answer) {
    return answer != null && !answer.matches("[A-E]") && answer.split(" ").length <= MOST_WORDS;
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }
}
