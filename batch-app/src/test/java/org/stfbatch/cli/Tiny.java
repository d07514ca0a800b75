package org.stfbatch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.stfbatch.testing.Golden;

/** The smallest recorded checkpoint with its pictures and its recorded greedy answers. */
final class Tiny {
  private Tiny() {}

  static Path checkpoint() {
    return Golden.file("checkpoints/tiny");
  }

  static Path tower() {
    return Golden.file("checkpoints/clip-tiny");
  }

  static Path images() {
    return Golden.file("images");
  }

  /** Returns the length of the recorded answers in tokens. */
  static int recordedTokens() {
    return 16;
  }

  /**
   * A recorded question with its answer.
   *
   * @param image name of a file in {@link #images}, null for a text-only question
   */
  record Recorded(String image, String question, String answer) {}

  /** Returns the recorded cases that a question line can express. */
  static List<Recorded> answers() {
    return Golden.cases("generate").stream()
        .filter(node -> node.path("checkpoint").asText().equals("tiny"))
        .filter(node -> node.path("conv").asText().equals("vicuna_v1"))
        .filter(node -> node.path("images").size() <= 1 && !question(node).isEmpty())
        .filter(node -> !node.has("tokenizer_model_max_length"))
        .filter(node -> !node.has("turns") || node.path("turns").size() == 2)
        .filter(node -> node.path("max_new_tokens").asInt() == recordedTokens())
        .map(node -> new Recorded(image(node), question(node), node.path("text").asText()))
        .toList();
  }

  static Recorded answer(String image) {
    return answers().stream().filter(one -> image.equals(one.image())).findFirst().orElseThrow();
  }

  private static String question(JsonNode node) {
    return node.has("turns")
        ? node.path("turns").path(0).asText("")
        : node.path("question").asText("");
  }

  private static String image(JsonNode node) {
    String file = node.path("images").path(0).asText("");
    return file.isEmpty() ? null : Path.of(file).getFileName().toString();
  }
}
