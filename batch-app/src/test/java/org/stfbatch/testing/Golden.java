package org.stfbatch.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Recorded reference outputs: the folder of the system property {@code stfbatch.golden}, or else
 * the copy in the test resources, which lacks the cases with photographs.
 */
public final class Golden {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Golden() {}

  /** Returns the folder of MANIFEST.json and images.json. */
  public static Path folder() {
    String configured = System.getProperty("stfbatch.golden");
    if (configured != null && !configured.isBlank()) {
      return Path.of(configured).toAbsolutePath();
    }
    URL copy = Golden.class.getResource("/golden/MANIFEST.json");
    if (copy == null) {
      throw new IllegalStateException("the test resources lack golden/MANIFEST.json");
    }
    try {
      return Path.of(copy.toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a file of the golden folder. */
  public static Path file(String relative) {
    return folder().resolve(relative);
  }

  /** Returns MANIFEST.json. */
  public static JsonNode manifest() {
    return json("MANIFEST.json");
  }

  /** Returns the cases of one kind, in the manifest's order. */
  public static List<JsonNode> cases(String kind) {
    return stream(manifest().get("cases"))
        .filter(node -> node.path("kind").asText().equals(kind))
        .toList();
  }

  /** Returns the images of images.json. */
  public static List<JsonNode> images() {
    return stream(json("images.json").get("images")).toList();
  }

  /** Returns a JSON file of the golden folder. */
  public static JsonNode json(String relative) {
    try {
      return JSON.readTree(file(relative).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
