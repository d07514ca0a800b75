package org.stfbatch.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;

/** Recorded outputs of the original Python code. */
final class Recorded {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Recorded() {}

  static Path folder() {
    String given = System.getProperty("stfbatch.golden");
    if (given != null) {
      return Path.of(given);
    }
    try {
      return Path.of(Recorded.class.getResource("/golden/MANIFEST.json").toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path checkpoint(String name) {
    return folder().resolve("checkpoints").resolve(name);
  }

  static JsonNode json(String path) {
    try {
      return JSON.readTree(folder().resolve(path).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  /**
   * Creates a folder with the recorded tokenizer model and the given {@code tokenizer_config.json}.
   */
  static Path tokenizerFolder(Path folder, String config) throws IOException {
    Files.copy(checkpoint("tiny").resolve("tokenizer.model"), folder.resolve("tokenizer.model"));
    Files.writeString(folder.resolve("tokenizer_config.json"), config);
    return folder;
  }
}
